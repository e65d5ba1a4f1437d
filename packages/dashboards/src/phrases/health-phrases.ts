import { type PanelPhrase, say } from "./phrase.ts";

/** Texts of the row that answers whether the platform is healthy. */
export const healthPhrases: Readonly<
  Record<"successRatio" | "failed" | "alerts" | "broker" | "reading" | "targets" | "firing" | "finished", PanelPhrase>
> = {
  successRatio: {
    title: say("Success ratio", "成功率"),
    about: say(
      "Which share of the tasks that ended within the chosen time did so in success? Where none ended there is no ratio, neither 0 nor 1.",
      "所選時間內結束的任務中，成功的比例是多少？沒有任務結束時就沒有比例，既不是 0 也不是 1。",
    ),
  },
  failed: {
    title: say("Failed", "失敗"),
    about: say(
      "How many tasks failed for good within the chosen time, with no attempt left?",
      "所選時間內有多少任務最終失敗（已無重試機會）？",
    ),
  },
  alerts: {
    title: say("Alerts firing", "觸發中的告警數"),
    about: say(
      "How many alerts fire now? None is also what Prometheus says when the alert rules are not loaded.",
      "目前有多少告警正在觸發？若 Prometheus 未載入告警規則，同樣會顯示「無」。",
    ),
  },
  broker: {
    title: say("Broker", "訊息代理"),
    about: say(
      "Does every broker answer? Down means that no process gets an answer from at least one of them.",
      "每個訊息代理都有回應嗎？「中斷」表示至少有一個訊息代理，沒有任何行程能取得它的回應。",
    ),
  },
  reading: {
    title: say("Oldest reading", "最舊的讀數"),
    about: say(
      "How old is the last successful reading of the queue that was read longest ago? Old readings mean that the lengths and ages below are not known.",
      "最久未更新的佇列，其最近一次成功讀取距今多久？讀數過舊時，下方的長度與等待時間即為未知。",
    ),
  },
  targets: {
    title: say("Targets down", "中斷的抓取目標"),
    about: say(
      "How many processes that served metrics within the chosen time can no longer be scraped?",
      "所選時間內曾提供指標的行程中，有多少已無法抓取？",
    ),
  },
  firing: {
    title: say("What is firing", "觸發中的告警"),
    about: say(
      "Which alerts fire, about what, and what is to be done? The last column leads to the runbook.",
      "哪些告警正在觸發、與什麼有關、該如何處理？最後一欄連往處理手冊。",
    ),
  },
  finished: {
    title: say("Tasks finished", "完成的任務"),
    about: say(
      "How many tasks end per minute, and how? A gap means that nobody told; a line at 0 means that none ended.",
      "每分鐘有多少任務結束、結果如何？空白表示沒有資料；線在 0 表示沒有任務結束。",
    ),
  },
};
