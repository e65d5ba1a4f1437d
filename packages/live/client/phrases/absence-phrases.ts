import { type Phrase, say } from "./phrase.ts";

/** Why a number is not there: what a dash says when it is pointed at. */
export const absences = {
  unreadable: say("not known: the queue cannot be read ({reason})", "未知：無法讀取佇列（{reason}）"),
  unread: say("not known: nobody was told to read this queue", "未知：沒有設定讀取這個佇列"),
  untold: say("not known: its framework does not tell", "未知：其框架未提供"),
  noWorkerTells: say("not known: no worker tells how many tasks run", "未知：沒有工作者回報執行數"),
  noSlots: say("slots are not known", "執行槽數未知"),
  notCounted: say(
    "not known: its tasks are not counted here, or not long enough",
    "未知：未在此計數其任務，或時間還不夠",
  ),
  noneEnded: say("no task ended lately, so there is no ratio", "最近沒有任務結束，因此沒有比率"),
  noneStarted: say("no task told how long it waited in the last two minutes", "最近兩分鐘沒有任務回報等待時間"),
  noneRan: say("no task told how long it ran in the last two minutes", "最近兩分鐘沒有任務回報執行時間"),
  notMeasured: say("not known: not measured yet", "未知：尚未量測"),
  noReading: say("no reading for {time}", "已 {time} 沒有讀數"),
  noReadingBecause: say("no reading for {time}: {reason}", "已 {time} 沒有讀數：{reason}"),
  neverRead: say("never read", "從未讀取"),
  neverReadBecause: say("never read: {reason}", "從未讀取：{reason}"),
  ago: say("{time} ago", "{time}前"),
  notRead: say("not read", "未讀取"),
} as const satisfies Readonly<Record<string, Phrase>>;

/** Reasons for which readings fail, in short; the word that `/metrics` counts stays in English. */
export const reasons: Readonly<Record<string, Phrase>> = {
  timeout: say("timeout", "逾時（timeout）"),
  refused: say("refused", "連線被拒（refused）"),
  auth: say("auth", "驗證失敗（auth）"),
  wrong_type: say("wrong_type", "型別不符（wrong_type）"),
  loading: say("loading", "伺服器載入中（loading）"),
  framework_missing: say("framework_missing", "找不到框架（framework_missing）"),
  queue_missing: say("queue_missing", "找不到佇列（queue_missing）"),
  key_missing: say("key_missing", "找不到鍵（key_missing）"),
  error: say("error", "錯誤（error）"),
};
