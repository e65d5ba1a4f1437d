import { allocatedBytes } from "./allocated-bytes.ts";
import type { Benchmark, BenchmarkContext, BenchmarkFigures, BenchmarkOutcome } from "./benchmark.ts";
import { recorders } from "./record/recorders.ts";
import { interleave } from "./rounds.ts";
import { median, relativeSpread } from "./statistics.ts";

/** What recording one finished task costs: one counter, one histogram of 19 bounds, 2 labels. */
export const benchmark: Benchmark = {
  name: "record",
  describe: "What does recording one finished task cost, in time and garbage, beside sdk-metrics and prom-client?",
  packages: ["@taskvitals/meter", "@opentelemetry/sdk-metrics", "prom-client"],
  run: measure,
};

async function measure({ quick, progress }: BenchmarkContext): Promise<BenchmarkOutcome> {
  const tasks = quick ? 1000 : 200_000;
  const contenders = recorders();
  const entries = Object.entries(contenders);
  const samples = await interleave(
    Object.fromEntries(entries.map(([name, record]) => [name, () => nanosecondsPerTask(record, tasks)])),
    { rounds: quick ? 2 : 25, warmupRounds: quick ? 1 : 5, progress },
  );
  const time = (name: keyof typeof contenders): number => median(samples[name] ?? []);
  const bytes = Object.fromEntries(
    entries.map(([name, record]) => [
      name,
      allocatedBytes(record, name === "bound" ? tasks * 5 : Math.min(tasks, 1000)),
    ]),
  );
  const figures = entries.map(([name]): [string, BenchmarkFigures] => [
    name,
    {
      ns_per_task: time(name as keyof typeof contenders),
      noise_ratio: relativeSpread(samples[name] ?? []),
      bytes_per_task: bytes[name] ?? 0,
    },
  ]);
  return {
    targets: [
      { name: "record_bound_time_ratio_to_prom_client", value: time("bound") / time("prom_client"), limit: 0.08 },
      { name: "record_bound_bytes_per_task", value: bytes.bound ?? 0, limit: 0 },
      { name: "record_unbound_time_ratio_to_prom_client", value: time("unbound") / time("prom_client"), limit: 0.35 },
    ],
    figures: Object.fromEntries(figures),
  };
}

function nanosecondsPerTask(record: (tasks: number) => void, tasks: number): number {
  const startedAt = performance.now();
  record(tasks);
  return ((performance.now() - startedAt) * 1e6) / tasks;
}
