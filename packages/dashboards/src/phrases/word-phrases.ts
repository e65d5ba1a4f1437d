import { type Phrase, say } from "./phrase.ts";

/** Names of {@link words}. */
export type Word =
  | "alert"
  | "severity"
  | "subject"
  | "runbook"
  | "queue"
  | "task"
  | "ready"
  | "oldest"
  | "running"
  | "overdue"
  | "lost"
  | "workers"
  | "paused"
  | "reading"
  | "errorClass"
  | "failures"
  | "yes"
  | "no"
  | "up"
  | "down"
  | "unknown"
  | "none"
  | "nothingEnded"
  | "nothingFailed"
  | "nothingWaits"
  | "nothingLost"
  | "nothingShrinks"
  | "nothingRefused"
  | "noError"
  | "notTold"
  | "dash"
  | "succeeded"
  | "failed"
  | "retried"
  | "lostTasks"
  | "arriving"
  | "finishing"
  | "waiting"
  | "run"
  | "used"
  | "limit";

/** Single words: headings of columns, names of lines, and what stands where there is no number. */
export const words: Readonly<Record<Word, Phrase>> = {
  alert: say("Alert", "告警"),
  severity: say("Severity", "嚴重程度"),
  subject: say("What", "對象"),
  runbook: say("Runbook", "處理手冊"),
  queue: say("Queue", "佇列"),
  task: say("Task", "任務"),
  ready: say("Ready", "待處理"),
  oldest: say("Oldest age", "最久等待"),
  running: say("Running", "執行中"),
  overdue: say("Overdue", "逾期"),
  lost: say("Lost", "遺失"),
  workers: say("Workers", "工作者"),
  paused: say("Paused", "暫停"),
  reading: say("Reading's age", "讀取距今"),
  errorClass: say("Error class", "錯誤類別"),
  failures: say("Failures", "失敗次數"),
  yes: say("paused", "已暫停"),
  no: say("no", "否"),
  up: say("up", "正常"),
  down: say("down", "中斷"),
  unknown: say("unknown", "未知"),
  none: say("none", "無"),
  nothingEnded: say("no task ended", "沒有任務結束"),
  nothingFailed: say("no task failed", "沒有任務失敗"),
  nothingWaits: say("no task waits", "沒有任務等待"),
  nothingLost: say("nothing retried or lost", "沒有重試或遺失"),
  nothingShrinks: say("no queue shrinks", "沒有佇列在縮短"),
  nothingRefused: say("no reading failed", "沒有讀取失敗"),
  noError: say("no error", "沒有錯誤"),
  notTold: say("nobody tells", "沒有回報"),
  dash: say("–", "–"),
  succeeded: say("succeeded", "成功"),
  failed: say("failed", "失敗"),
  retried: say("retried", "重試"),
  lostTasks: say("lost", "遺失"),
  arriving: say("arriving", "到達"),
  finishing: say("finishing", "完成"),
  waiting: say("waiting", "等待"),
  run: say("running", "執行"),
  used: say("used", "已用"),
  limit: say("limit", "上限"),
};
