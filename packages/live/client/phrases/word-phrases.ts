import type { BrokerVerdict } from "@taskvitals/rules";
import type { LiveQueueVerdict } from "../../src/live-state.ts";
import { type Phrase, say } from "./phrase.ts";

/** Verdicts on queues, in the words of the doctor. */
export const queueVerdicts: Readonly<Record<LiveQueueVerdict, Phrase>> = {
  blind: say("blind", "無讀數"),
  starving: say("starving", "缺工作者"),
  stuck: say("stuck", "卡住"),
  failing: say("failing", "失敗過多"),
  backlog: say("backlog", "積壓"),
  unread: say("not read", "未讀取"),
  healthy: say("healthy", "正常"),
};

/** Verdicts on brokers, in the words of the doctor. */
export const brokerVerdicts: Readonly<Record<BrokerVerdict, Phrase>> = {
  away: say("away", "中斷"),
  full: say("full", "記憶體將滿"),
  slow: say("slow", "過慢"),
  unknown: say("unknown", "未知"),
  healthy: say("healthy", "正常"),
};

/** Headings of columns and names of curves. */
export const words = {
  queue: say("Queue", "佇列"),
  task: say("Task", "任務"),
  state: say("State", "狀態"),
  ready: say("Ready", "待處理"),
  oldest: say("Oldest age", "最久等待"),
  activeSlots: say("Active / slots", "執行中／執行槽"),
  active: say("Active", "執行中"),
  slots: say("Slots", "執行槽"),
  workers: say("Workers", "工作者"),
  delayed: say("Delayed", "延遲"),
  overdue: say("Overdue", "逾期"),
  perSecond: say("Ended / s", "每秒結束"),
  ended: say("ended", "結束"),
  failed: say("failed", "失敗"),
  retried: say("Retried", "重試"),
  failureRatio: say("Failure ratio", "失敗率"),
  waitP95: say("Wait p95", "等待 p95"),
  runP95: say("Run p95", "執行 p95"),
  reading: say("Reading", "讀數"),
  paused: say("paused", "已暫停"),
  cpu: say("CPU", "CPU"),
  memory: say("Memory", "記憶體"),
  loop: say("Event loop busy", "事件迴圈忙碌"),
  ping: say("ping", "ping"),
  unacked: say("unacknowledged", "未確認"),
} as const satisfies Readonly<Record<string, Phrase>>;

/** Titles of pictures. */
export const pictures = {
  ready: say("Ready tasks", "待處理的任務"),
  oldest: say("Oldest waiting task", "最久等待的任務"),
  slots: say("Slots in use", "執行槽使用"),
  rate: say("Tasks per second", "每秒任務數"),
  times: say("Wait and run, p95", "等待與執行時間（p95）"),
  cpu: say("CPU of the machine", "主機 CPU"),
  memory: say("Memory of the process", "行程記憶體"),
  loop: say("Event loop busy", "事件迴圈忙碌"),
  /** What a screen reader hears of a curve. */
  summary: say("{name}: last {last}, lowest {low}, highest {high}", "{name}：最新 {last}，最低 {low}，最高 {high}"),
  noValue: say("{name}: no value in the last 15 minutes", "{name}：最近 15 分鐘沒有數值"),
  noLast: say("not known", "未知"),
} as const satisfies Readonly<Record<string, Phrase>>;

/** Units after a number. */
export const units = {
  ms: say("{n} ms", "{n} 毫秒"),
  s: say("{n} s", "{n} 秒"),
  min: say("{n} min", "{n} 分"),
  minS: say("{n} min {m} s", "{n} 分 {m} 秒"),
  h: say("{n} h", "{n} 小時"),
  hMin: say("{n} h {m} min", "{n} 小時 {m} 分"),
  d: say("{n} d", "{n} 天"),
} as const satisfies Readonly<Record<string, Phrase>>;
