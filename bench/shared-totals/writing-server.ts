import { setTimeout as wait } from "node:timers/promises";
import { type Slot, SlotCodec, type SlotInstrument, type SlotShape, SlotWriter, slotSeries } from "@taskvitals/core";
import { openRedisSlotStore } from "@taskvitals/redis";
import { serveAnswers } from "./served-answers.ts";

/**
 * Many processes in one: each writes a slot of its own, through one connection. `/start` begins with so many, `/step` makes each count something and
 * write it, `/run` does so at an interval, evenly spread.
 */
const [url = "", namespace = ""] = process.argv.slice(2);
const DURATION_BOUNDS = [
  0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600, 1800, 3600, 21600,
];
const SUCCESS: SlotInstrument = { name: "task_success_total", kind: "counter", bounds: [] };
const FAILURE: SlotInstrument = { name: "task_failure_total", kind: "counter", bounds: [] };
const DURATION: SlotInstrument = { name: "task_duration_seconds", kind: "histogram", bounds: DURATION_BOUNDS };

const store = await openRedisSlotStore({
  connection: url,
  path: "redis",
  namespace,
  deadlineMs: 10_000,
  onProblem: (_, message) => process.stderr.write(`${message}\n`),
});
const codec = new SlotCodec();

/** A process as far as its slot goes. */
class Simulated {
  readonly writer: SlotWriter;
  readonly #shape: SlotShape;
  readonly #cells: Float64Array;
  #steps = 0;

  constructor(shape: SlotShape) {
    this.#shape = shape;
    this.#cells = new Float64Array(shape.reduce((sum, { width }) => sum + width, 0));
    const options = { store, codec, foldAfterMs: 600_000, now: () => performance.now(), onFolded: () => {} };
    this.writer = new SlotWriter({ ...options, read: () => this.#read() });
  }

  /** Counts something in every series. */
  count(): void {
    this.#steps += 1;
    let at = 0;
    for (const { width } of this.#shape) {
      const cell = width === 1 ? at : at + 1 + (this.#steps % (width - 1));
      this.#cells[cell] = (this.#cells[cell] as number) + 1;
      if (width > 1) this.#cells[at] = (this.#cells[at] as number) + 0.75;
      at += width;
    }
  }

  #read(): Slot {
    return { shape: this.#shape, cells: this.#cells.slice() };
  }
}

/** A third of the series are histograms, as those of tasks are. */
function shapeOf(series: number): SlotShape {
  return Array.from({ length: series }, (_, index) => {
    const labels = { task: `task-${Math.floor(index / 3)}`, queue: `queue-${index % 5}` };
    return slotSeries([SUCCESS, FAILURE, DURATION][index % 3] as SlotInstrument, labels);
  });
}

let processes: Simulated[] = [];

async function step(): Promise<void> {
  for (const one of processes) {
    one.count();
    await one.writer.flush();
  }
}

async function run(intervalMs: number, seconds: number): Promise<{ flushes: number; lateMs: number }> {
  const startedAt = performance.now();
  const endsAt = startedAt + 1000 * seconds;
  const gapMs = intervalMs / processes.length;
  let [flushes, lateMs] = [0, 0];
  for (; performance.now() < endsAt; flushes++) {
    const one = processes[flushes % processes.length] as Simulated;
    const early = startedAt + flushes * gapMs - performance.now();
    if (early > 1) await wait(early);
    else lateMs = Math.max(lateMs, -early);
    one.count();
    await one.writer.flush();
  }
  return { flushes, lateMs };
}

serveAnswers({
  work: {
    "/start": async (given) => {
      const shape = shapeOf(Number(given.get("series")));
      processes = Array.from({ length: Number(given.get("processes")) }, () => new Simulated(shape));
      await step();
      return {};
    },
    "/step": async () => {
      await step();
      return {};
    },
    "/run": (given) => run(Number(given.get("intervalMs")), Number(given.get("seconds"))),
  },
  end: () => store.shutdown(),
});
