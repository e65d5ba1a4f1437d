import { type PanelPhrase, say } from "./phrase.ts";

/** Texts of the row about the brokers. */
export const brokerPhrases: Readonly<
  Record<"up" | "ping" | "memory" | "unacked" | "readErrors" | "eventsMissed" | "eventsAge", PanelPhrase>
> = {
  up: {
    title: say("Broker up", "訊息代理狀態"),
    about: say(
      "Does the broker answer, and since when? Down means that none of the processes that read it gets an answer in time.",
      "訊息代理有回應嗎？從何時開始？「中斷」表示所有讀取它的行程都未能及時取得回應。",
    ),
  },
  ping: {
    title: say("Ping", "Ping 延遲"),
    about: say(
      "How quickly does the broker answer? The round trip of the quickest of those who ask: what one process alone finds slow is that process.",
      "訊息代理回應多快？取詢問者中最快的往返時間：只有單一行程覺得慢，問題在該行程。",
    ),
  },
  memory: {
    title: say("Memory", "記憶體用量"),
    about: say(
      "Does the broker have room? At its limit (dashed) it refuses new tasks or evicts keys. Without a limit there is no dashed line.",
      "訊息代理還有空間嗎？到達上限（虛線）時會拒絕新任務或逐出鍵值。沒有上限就沒有虛線。",
    ),
  },
  unacked: {
    title: say("Unacknowledged", "未確認的任務"),
    about: say(
      "How many tasks were delivered and not acknowledged? Only frameworks that keep that per database tell, such as Celery.",
      "有多少任務已送出但尚未確認？僅限按資料庫記錄此資訊的框架，例如 Celery。",
    ),
  },
  readErrors: {
    title: say("Failed readings", "讀取失敗"),
    about: say(
      "Can the queues be read, and if not, why? Failed readings per minute by queue and reason.",
      "佇列能讀取嗎？若不能，原因為何？每分鐘的讀取失敗次數，依佇列與原因區分。",
    ),
  },
  eventsMissed: {
    title: say("Missed events", "遺漏的事件"),
    about: say(
      "Were task events missed? Each is a task that no counter has. Per minute.",
      "是否遺漏任務事件？每個遺漏都是一個未被計數的任務。以每分鐘計。",
    ),
  },
  eventsAge: {
    title: say("Last event", "最近的事件"),
    about: say(
      "Do task events still arrive? The time since the last one; a rising line while tasks run means that nobody sends or reads them.",
      "任務事件仍在到達嗎？距最近一個事件的時間；任務執行時持續上升，表示無人傳送或讀取事件。",
    ),
  },
};
