import { type PanelPhrase, say } from "./phrase.ts";

/** Texts of the row that answers whether more workers are needed. */
export const scalePhrases: Readonly<
  Record<"saturation" | "rates" | "drain" | "length" | "age" | "waitAgainstRun", PanelPhrase>
> = {
  saturation: {
    title: say("Slots in use", "執行槽使用率"),
    about: say(
      "Are all workers busy? Running tasks divided by the task slots of all workers. Full while work piles up: more workers. Full and nothing waits: just right.",
      "工作者都忙碌嗎？執行中任務數除以所有工作者的執行槽總數。已滿且工作堆積：增加工作者；已滿但無人等待：剛剛好。",
    ),
  },
  rates: {
    title: say("Arriving against finishing", "到達與完成速率"),
    about: say(
      "Does more arrive than is finished? Arrivals are worked out from what ended and from how the length changed. Arriving above finishing for long: more workers.",
      "到達的任務是否多於完成的？到達量由完成量與佇列長度變化推算。到達長時間高於完成：增加工作者。",
    ),
  },
  drain: {
    title: say("Time to drain", "清空所需時間"),
    about: say(
      "When is the queue empty at its present pace? A gap means that it does not shrink now, or would take more than a day.",
      "照目前速度，佇列何時清空？空白表示目前沒有縮短，或需時超過一天。",
    ),
  },
  length: {
    title: say("Queue length", "佇列長度"),
    about: say(
      "How many tasks wait for a worker? A gap means that the queue could not be read, which is not 0.",
      "有多少任務在等待工作者？空白表示無法讀取佇列，並不等於 0。",
    ),
  },
  age: {
    title: say("Oldest waiting task", "最久等待的任務"),
    about: say(
      "How long has the oldest ready task waited? It means the same for tasks of 5 ms and of six hours, which a length does not.",
      "最早就緒的任務已等待多久？無論任務是 5 毫秒或六小時，其意義相同；佇列長度則不然。",
    ),
  },
  waitAgainstRun: {
    title: say("Wait against run, p95", "等待與執行時間（p95）"),
    about: say(
      "Do tasks wait longer than they run? Waits far above run times mean too few workers; both rising together means slow tasks. Run times are dashed.",
      "任務等待的時間是否超過執行時間？等待遠高於執行表示工作者太少；兩者同時上升表示任務變慢。虛線為執行時間。",
    ),
  },
};
