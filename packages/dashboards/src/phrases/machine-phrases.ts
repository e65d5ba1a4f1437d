import { type PanelPhrase, say } from "./phrase.ts";

/** Texts of the row about machines, processes and the measuring itself. */
export const machinePhrases: Readonly<
  Record<"cpu" | "memory" | "eventLoop" | "series" | "refused" | "errors" | "lost" | "collection", PanelPhrase>
> = {
  cpu: {
    title: say("CPU", "CPU 使用率"),
    about: say(
      "How busy is the host or container of each process? Processes that share a host show the same CPU.",
      "各行程所在的主機或容器有多忙？同一主機上的行程顯示相同的 CPU 使用率。",
    ),
  },
  memory: {
    title: say("Process memory", "行程記憶體"),
    about: say(
      "How much memory does each process hold resident? A line that only rises, across quiet times as well, is a leak.",
      "各行程佔用多少常駐記憶體？即使閒置也只升不降，就是記憶體洩漏。",
    ),
  },
  eventLoop: {
    title: say("Event loop delay, p99", "事件迴圈延遲（p99）"),
    about: say(
      "Is a Node.js process blocked? What it wants to run waits for so long; locks are renewed late and tasks stall. Other runtimes have no line.",
      "Node.js 行程是否阻塞？欲執行的工作須等待這麼久；鎖延遲續約，任務因而停滯。其他執行環境沒有此線。",
    ),
  },
  series: {
    title: say("Series kept", "保留的時間序列"),
    about: say(
      "Does an instrument near its limit of series (2000 unless set)? The largest one of each process.",
      "是否有指標接近時間序列上限（預設 2000）？取各行程中最多的一項。",
    ),
  },
  refused: {
    title: say("Series refused", "拒絕的時間序列"),
    about: say(
      "Did an instrument refuse new label sets? What it refused is counted without task and queue. Per minute.",
      "是否有指標拒絕新的標籤組合？被拒絕者仍會計數，但不含任務與佇列。以每分鐘計。",
    ),
  },
  errors: {
    title: say("Own errors", "自身錯誤"),
    about: say(
      "Does the measuring itself fail? None of these reached the application; the log of the process says why. Per minute.",
      "量測本身是否出錯？這些錯誤都不會影響應用程式；原因請見行程日誌。以每分鐘計。",
    ),
  },
  lost: {
    title: say("Pushed points lost", "推送遺失的資料點"),
    about: say(
      "Do pushes over OTLP fail? Data points that the receiver is not known to have taken; totals are whole again with the next push that arrives. Per minute.",
      "OTLP 推送是否失敗？接收端未確認收到的資料點；採累計值時，下一次送達的推送即補足總數。以每分鐘計。",
    ),
  },
  collection: {
    title: say("Time per page, p99", "產生指標頁時間（p99）"),
    about: say(
      "What does a scrape cost? The time to build one page of metrics, the readings of the queues included.",
      "抓取一次的成本是多少？產生一頁指標所需的時間，包含讀取佇列。",
    ),
  },
};
