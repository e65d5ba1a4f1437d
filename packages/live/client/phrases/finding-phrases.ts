import type { BrokerVerdict, QueueCause } from "@taskvitals/rules";

/** What was seen, and what to do, in Traditional Chinese. The server says the same in English. */
export interface TaiwaneseFinding {
  /** The decisive observation; `{…}` are numbers of the row. */
  readonly because: string;
  /** What to do next. */
  readonly next: string;
}

/** By the cause of a verdict on a queue. */
export const queueFindings: Readonly<Record<QueueCause, TaiwaneseFinding>> = {
  unreadable: {
    because: "無法讀取：{reason}",
    next: "先讓它可以讀取：以相同選項執行 taskvitals-exporter check，會指出問題與作法。",
  },
  stale: {
    because: "最近的讀數已是 {age}前",
    next: "先讓它可以讀取：以相同選項執行 taskvitals-exporter check，會指出問題與作法。",
  },
  unread: { because: "沒有人回報有多少任務在等待", next: "設定讀取此佇列：在選項 queues 或 --queue 中加入它。" },
  no_workers: {
    because: "{ready} 個任務在等待，沒有任何工作者",
    next: "啟動此佇列的工作者；若已有工作者，請確認它們監聽的是同一伺服器、資料庫與前綴的此佇列。",
  },
  paused: {
    because: "已暫停，等待中的任務無人處理",
    next: "查明由誰、為何暫停，再以該框架自己的指令恢復。",
  },
  overdue: {
    because: "{overdue} 個延遲任務已到期，卻沒有被移入佇列",
    next: "啟動負責移入的程式：工作者（BullMQ、Asynq、Sidekiq）或排程器（rq worker --with-scheduler、rqscheduler、resque-scheduler）。",
  },
  not_taken: {
    because: "沒有任務在執行，等待中的 {ready} 個任務卻沒有被取走；最久的已等待 {oldest}",
    next: "檢查工作者：凍結、阻塞、死結，或正在等待外部資源。重新啟動其中一個，看它是否取走任務。",
  },
  nothing_ends: {
    because: "{ready} 個任務在等待、{active} 個在執行，但沒有任務結束",
    next: "檢查工作者：凍結、阻塞、死結，或正在等待外部資源。重新啟動其中一個，看它是否取走任務。",
  },
  failing: {
    because: "最終失敗的任務過多：最近結束的 {ended} 個任務中，失敗率為 {ratio}",
    next: "查看錯誤類別與一個失敗的任務；若是某種任務本身有問題，先停止產生它。",
  },
  growing: {
    because: "佇列持續變長，目前有 {ready} 個任務等待；{active} 個執行中，共 {slots} 個執行槽",
    next: "執行槽全忙時：增加工作者或執行槽。否則比較到達與處理：任務變慢、等待外部資源、速率限制，或工作者太少。",
  },
  too_old: {
    because: "最久的任務已等待 {oldest}；{active} 個執行中，共 {slots} 個執行槽",
    next: "執行槽全忙時：增加工作者或執行槽。否則比較到達與處理：任務變慢、等待外部資源、速率限制，或工作者太少。",
  },
};

/** What is said of a queue with which nothing is wrong. */
export const healthyQueue = "{ready} 個任務等待，{active} 個執行中";

/** What is said of a queue whose tasks alone are counted. */
export const unreadQueue = "在此計數其任務，但未讀取其長度";

/** By the verdict on a broker. */
export const brokerFindings: Readonly<Record<BrokerVerdict, TaiwaneseFinding>> = {
  away: { because: "沒有回應", next: "確認伺服器正在執行，且從這裡可以連上；在此之前，其佇列的狀況皆為未知。" },
  full: {
    because: "已使用記憶體 {memory}，上限 {limit}",
    next: "找出占用空間者（redis-cli --bigkeys、保留的已完成任務）並移除，或調高 maxmemory。",
  },
  slow: {
    because: "ping 需要 {ping}",
    next: "檢查慢速指令（SLOWLOG GET）、伺服器是否正在置換或 fork，以及中間的網路。",
  },
  unknown: { because: "沒有人回報它是否有回應", next: "讓本行程讀取它。" },
  healthy: { because: "ping 需要 {ping}", next: "" },
};
