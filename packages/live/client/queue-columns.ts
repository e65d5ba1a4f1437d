import type { QueueRow, TaskRow } from "../src/live-state.ts";
import {
  failureText,
  oldestText,
  rateText,
  readingText,
  readyText,
  runText,
  slotsText,
  waitText,
} from "./cell-text.ts";
import { element } from "./element.ts";
import { queueVerdicts, words } from "./phrases/word-phrases.ts";
import type { TableColumn } from "./table-column.ts";
import { queueMark } from "./verdict-mark.ts";
import { visibleName } from "./visible-name.ts";

/** The columns of the table of queues, after its name. */
export const queueColumns: readonly TableColumn<QueueRow>[] = [
  {
    key: "state",
    name: words.state,
    text: ({ verdict }, voice) => ({ text: voice.say(queueVerdicts[verdict]) }),
    draw: ({ verdict }, voice) => queueMark(verdict, voice),
  },
  { key: "ready", name: words.ready, text: readyText, value: ({ ready }) => ready },
  { key: "oldest", name: words.oldest, text: oldestText, value: ({ oldestAgeSeconds }) => oldestAgeSeconds },
  { key: "active", name: words.activeSlots, text: slotsText, value: ({ active }) => active },
  { key: "rate", name: words.perSecond, text: rateText, value: ({ perSecond }) => perSecond },
  { key: "failure", name: words.failureRatio, text: failureText, value: ({ failureRatio }) => failureRatio },
  { key: "wait", name: words.waitP95, text: waitText, value: ({ waitP95 }) => waitP95 },
  { key: "run", name: words.runP95, text: runText, value: ({ runP95 }) => runP95 },
  {
    key: "reading",
    name: words.reading,
    text: (row, voice, now) => readingText(row, now, voice),
    // The oldest reading is the largest.
    value: ({ readAt }) => (readAt === undefined ? undefined : -readAt),
  },
];

/** The columns of a table of tasks, after its name. */
export const taskColumns: readonly TableColumn<TaskRow>[] = [
  {
    key: "queue",
    name: words.queue,
    text: ({ queue }) => ({ text: visibleName(queue) }),
    value: ({ queue }) => queue,
    draw: ({ queue }) => element("bdi", { text: visibleName(queue) }),
  },
  { key: "rate", name: words.perSecond, text: rateText, value: ({ perSecond }) => perSecond },
  { key: "failure", name: words.failureRatio, text: failureText, value: ({ failureRatio }) => failureRatio },
  { key: "wait", name: words.waitP95, text: waitText, value: ({ waitP95 }) => waitP95 },
  { key: "run", name: words.runP95, text: runText, value: ({ runP95 }) => runP95 },
];
