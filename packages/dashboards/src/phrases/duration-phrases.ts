import { type PanelPhrase, say } from "./phrase.ts";

/** Texts of the row that answers how long tasks take, and why they fail. */
export const durationPhrases: Readonly<Record<"heatMap" | "percentiles" | "byTask" | "errors", PanelPhrase>> = {
  heatMap: {
    title: say("Run times", "執行時間分布"),
    about: say(
      "How are run times spread, and does the spread change? Each cell counts the tasks that ended with a run time between two bounds; two bands are two kinds of work.",
      "執行時間如何分布？是否改變？每格為執行時間落在兩界限之間的結束任務數；兩條色帶代表兩類工作。",
    ),
  },
  percentiles: {
    title: say("Run time, all tasks", "執行時間（全部任務）"),
    about: say(
      "How long do the selected tasks run? Half of those that ended stay below p50, 99 % below p99. A gap means that none ended.",
      "所選任務執行多久？結束的任務有一半低於 p50，99% 低於 p99。空白表示沒有任務結束。",
    ),
  },
  byTask: {
    title: say("Run time by task, p95", "各任務執行時間（p95）"),
    about: say(
      "Which task became slower? 95 % of those that ended stay below the line.",
      "哪種任務變慢了？結束的任務有 95% 低於此線。",
    ),
  },
  errors: {
    title: say("Errors by class", "錯誤類別"),
    about: say(
      "Why do tasks fail? Failures for good within the chosen time by the class of their error, the most frequent first.",
      "任務為何失敗？所選時間內的最終失敗，依錯誤類別統計，最常見者在前。",
    ),
  },
};
