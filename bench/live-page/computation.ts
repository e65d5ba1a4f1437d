import { contract } from "@taskvitals/core";
import type { HistogramSample, LiveReading } from "@taskvitals/live";
import { composeState } from "../../packages/live/src/compose-state.ts";
import { LiveHistory } from "../../packages/live/src/live-history.ts";
import { changeOf } from "../../packages/live/src/live-json.ts";
import type { BenchmarkFigures } from "../benchmark.ts";
import { median } from "../statistics.ts";

const BOUNDS = Array.from({ length: 19 }, (_, nth) => 0.01 * 2 ** nth);
const ABOUT = { service: "bench", pid: 1, tasksOf: "process", metricsPath: "/metrics" } as const;

/** What one reading and one computation take, with a full quarter of an hour behind them: one task per queue, every one of which changes. */
export function computationOf(queues: number, ticks: number): BenchmarkFigures {
  const history = new LiveHistory();
  const keeping: number[] = [];
  for (let tick = 0; tick < ticks; tick += 1) {
    const reading = readingOf(queues, tick);
    const begun = performance.now();
    history.add(1000 + 5 * tick, new Map([["process", reading]]), 0.1);
    keeping.push(performance.now() - begun);
  }
  const computing: number[] = [];
  let bytes = 0;
  for (let nth = 0; nth < 11; nth += 1) {
    const begun = performance.now();
    const state = composeState(history, { about: ABOUT, tickSeconds: 5, since: 1000 }, {});
    bytes = JSON.stringify(state).length;
    JSON.stringify(changeOf(state, state));
    computing.push(performance.now() - begun);
  }
  return {
    keep_reading_ms: median(keeping.slice(Math.floor(ticks / 2))),
    compute_state_ms: median(computing),
    state_bytes: bytes,
    ring_bytes: history.bytes,
  };
}

function readingOf(queues: number, tick: number): LiveReading {
  const samples: LiveReading["samples"][number][] = [];
  const histograms: HistogramSample[] = [];
  for (let nth = 0; nth < queues; nth += 1) {
    const queue = `queue-${nth}`;
    const labels = { queue, task: "train" };
    samples.push(
      { name: contract.queueLength.name, labels: { queue }, value: (nth + tick) % 50 },
      { name: contract.queueOldestAge.name, labels: { queue }, value: tick % 7 },
      { name: contract.queueReadTimestamp.name, labels: { queue }, value: 1000 + 5 * tick },
      { name: contract.queueTasks.name, labels: { queue, state: "active" }, value: 1 },
      { name: contract.taskConcurrency.name, labels: { queue }, value: 4 },
      { name: contract.taskSuccess.name, labels, value: tick * (nth % 5) },
      { name: contract.taskFailure.name, labels, value: 0 },
    );
    const counts = Array.from({ length: BOUNDS.length + 1 }, (_, bucket) => tick * ((nth + bucket) % 3));
    histograms.push({ name: contract.taskDuration.name, labels, bounds: BOUNDS, counts });
    histograms.push({ name: contract.taskWait.name, labels, bounds: BOUNDS, counts });
  }
  return { samples, histograms };
}
