import type { Chosen } from "./chosen.ts";
import type { NumberText } from "./number-text.ts";
import type { Phrase } from "./phrases/phrase.ts";
import { pictures, words } from "./phrases/word-phrases.ts";
import { PromQl } from "./promql.ts";

/** One line of a picture. */
export interface Curve {
  /** Its name in the history. */
  readonly key: string;
  /** What it is called. */
  readonly name: Phrase;
  /** Its colour, as a place in the palette. */
  readonly ink: 1 | 2;
  /** Whether it is a limit, drawn dashed. */
  readonly isDashed?: boolean;
  /** The same in PromQL. */
  readonly query: string;
}

/** One picture: what it shows, and where it leads. */
export interface Picture {
  /** Its title. */
  readonly title: Phrase;
  /** Its lines. */
  readonly curves: readonly Curve[];
  /** The alert whose runbook it belongs to; absent where no alert looks at it. */
  readonly alert?: string;
  /** Writes one value. */
  readonly write: (value: number, numbers: NumberText) => string;
  /** Whether its scale goes in powers of two. */
  readonly isBinary?: boolean;
  /** The top of its scale; by its values where absent. */
  readonly top?: number;
}

const count: Picture["write"] = (value, numbers) => numbers.number(value);
const time: Picture["write"] = (value, numbers) => numbers.duration(value);
const share: Picture["write"] = (value, numbers) => numbers.share(value);
const percent: Picture["write"] = (value, numbers) => numbers.share(value / 100);
const gigabytes: Picture["write"] = (value, numbers) => numbers.bytes(value * 1024 ** 3);

/** The pictures of what is chosen. */
export function picturesOf(chosen: Chosen): readonly Picture[] {
  const queries = new PromQl(chosen);
  const rate: Picture = {
    title: pictures.rate,
    alert: "TaskFailureRatioHigh",
    write: count,
    curves: [
      { key: "perSecond", name: words.ended, ink: 1, query: queries.ended() },
      { key: "failedPerSecond", name: words.failed, ink: 2, query: queries.failed() },
    ],
  };
  const times: Picture = {
    title: pictures.times,
    alert: "TaskDurationRegressed",
    write: time,
    curves: [
      { key: "waitP95", name: words.waitP95, ink: 1, query: queries.waitP95() },
      { key: "runP95", name: words.runP95, ink: 2, query: queries.runP95() },
    ],
  };
  if (chosen.task !== undefined) return [rate, times];
  const queue = [...lengthPictures(queries), rate];
  return chosen.queue === undefined ? queue : [...queue, times];
}

function lengthPictures(queries: PromQl): readonly Picture[] {
  return [
    {
      title: pictures.ready,
      alert: "TaskQueueGrowing",
      write: count,
      curves: [{ key: "ready", name: words.ready, ink: 1, query: queries.ready() }],
    },
    {
      title: pictures.oldest,
      alert: "TaskQueueOldestTaskTooOld",
      write: time,
      curves: [{ key: "oldestAgeSeconds", name: words.oldest, ink: 1, query: queries.oldest() }],
    },
    {
      title: pictures.slots,
      alert: "TaskSlotsExhausted",
      write: count,
      curves: [
        { key: "active", name: words.active, ink: 1, query: queries.active() },
        { key: "slots", name: words.slots, ink: 2, isDashed: true, query: queries.slots() },
      ],
    },
  ];
}

/** The pictures of the process and its machine. */
export function machinePictures(): readonly Picture[] {
  const queries = new PromQl({});
  return [
    {
      title: pictures.cpu,
      alert: "TaskWorkersOverloaded",
      write: percent,
      top: 100,
      curves: [{ key: "cpuPercent", name: words.cpu, ink: 1, query: queries.cpu() }],
    },
    {
      title: pictures.memory,
      write: gigabytes,
      isBinary: true,
      curves: [{ key: "memoryGigabytes", name: words.memory, ink: 1, query: queries.memory() }],
    },
    {
      title: pictures.loop,
      alert: "TaskWorkerEventLoopBlocked",
      write: share,
      top: 1,
      curves: [{ key: "loopBusy", name: words.loop, ink: 1, query: queries.loop() }],
    },
  ];
}
