import { type PanelPhrase, say } from "./phrase.ts";

/** Texts of the row that answers where work is stuck. */
export const stuckPhrases: Readonly<
  Record<"queues" | "failing" | "slowest" | "oldest" | "longestRunning" | "lost", PanelPhrase>
> = {
  queues: {
    title: say("Queues", "佇列一覽"),
    about: say(
      "Where does work wait, and is anybody there to do it? A dash means not known: the framework does not tell, or the queue cannot be read now. Lost tasks are those of the chosen time.",
      "工作在哪裡等待？有工作者在處理嗎？破折號表示未知：框架未提供，或目前無法讀取該佇列。「遺失」為所選時間內的數量。",
    ),
  },
  failing: {
    title: say("Failing most", "失敗率最高"),
    about: say(
      "Which five tasks fail most often, as a share of those that ended within the chosen time?",
      "所選時間內結束的任務中，哪五種失敗比例最高？",
    ),
  },
  slowest: {
    title: say("Slowest, p95", "最慢（p95）"),
    about: say(
      "Which five tasks take longest? 95 % of those that ended within the chosen time took at most this.",
      "哪五種任務最花時間？所選時間內結束的任務有 95% 不超過此時間。",
    ),
  },
  oldest: {
    title: say("Waiting longest", "等待最久"),
    about: say("In which five queues has a task been ready for longest?", "哪五個佇列中有任務等待最久？"),
  },
  longestRunning: {
    title: say("Longest-running task", "執行最久的任務"),
    about: say(
      "Does a task hang? The run time so far of the longest-running task of each queue; 0 while none runs.",
      "有任務卡住嗎？各佇列目前執行最久的任務已執行的時間；沒有任務執行時為 0。",
    ),
  },
  lost: {
    title: say("Retried and lost", "重試與遺失"),
    about: say(
      "Do attempts fail and come again, and do workers lose tasks? Per minute. A lost task had a worker that died, froze or was blocked.",
      "是否有嘗試失敗後重來？工作者是否遺失任務？以每分鐘計。任務遺失表示其工作者已終止、凍結或阻塞。",
    ),
  },
};
