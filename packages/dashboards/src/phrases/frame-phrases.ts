import { type Phrase, say } from "./phrase.ts";

/** Names of {@link framePhrases}. */
export type FramePhrase =
  | "title"
  | "description"
  | "dataSource"
  | "job"
  | "jobAbout"
  | "queue"
  | "queueAbout"
  | "task"
  | "taskAbout"
  | "firingAlerts"
  | "smallDashboard"
  | "smallDashboardAbout"
  | "runbooks"
  | "runbooksAbout";

/** Names of {@link rowPhrases}. */
export type RowPhrase = "health" | "stuck" | "scale" | "duration" | "broker" | "machine";

/** What stands around the panels: the dashboard itself, its variables and links. */
export const framePhrases: Readonly<Record<FramePhrase, Phrase>> = {
  title: say("Task operations", "任務維運"),
  description: say(
    "Is it healthy, where are tasks stuck, do we need more workers?",
    "系統健康嗎？任務卡在哪裡？需要更多工作者嗎？",
  ),
  dataSource: say("Data source", "資料來源"),
  job: say("Job", "抓取工作"),
  jobAbout: say("Scrape jobs to look at", "要檢視的 Prometheus 抓取工作"),
  queue: say("Queue", "佇列"),
  queueAbout: say("Queues to look at", "要檢視的佇列"),
  task: say("Task", "任務"),
  taskAbout: say("Tasks to look at", "要檢視的任務"),
  firingAlerts: say("Firing alerts", "觸發中的告警"),
  smallDashboard: say("The six vital signs", "六項生命徵象"),
  smallDashboardAbout: say("The small dashboard, with the same choices", "精簡儀表板，沿用相同的篩選條件"),
  runbooks: say("Runbooks", "處理手冊"),
  runbooksAbout: say("What each alert means and what to do", "各項告警的意義與處理方式"),
};

/** The questions that head the rows. */
export const rowPhrases: Readonly<Record<RowPhrase, Phrase>> = {
  health: say("Is it healthy?", "健康嗎？"),
  stuck: say("Where is it stuck?", "卡在哪裡？"),
  scale: say("Scale out?", "需要擴充嗎？"),
  duration: say("How long do tasks take?", "任務要花多久？"),
  broker: say("The broker?", "訊息代理（broker）正常嗎？"),
  machine: say("This machine?", "這台機器正常嗎？"),
};
