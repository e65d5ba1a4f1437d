import { fileURLToPath } from "node:url";
import { capture, startProcess } from "../test/services/index.ts";
import type { Benchmark, BenchmarkContext, BenchmarkFigures, BenchmarkOutcome } from "./benchmark.ts";
import { createWriter, WRITER_NAMES, type WriterName } from "./exposition/writers.ts";
import { interleave } from "./rounds.ts";
import { createScraper } from "./scrape/timed-scrape.ts";
import { median, relativeSpread } from "./statistics.ts";

/** What a page of histograms costs: time, stall of the event loop, memory. */
export const benchmark: Benchmark = {
  name: "exposition",
  describe: "What does a page of histograms cost as it grows, beside prom-client and the standard exporter?",
  packages: ["@taskvitals/meter", "@opentelemetry/exporter-prometheus", "@opentelemetry/sdk-metrics", "prom-client"],
  run: measure,
};

const CHANGES = { all_changed: 1, five_percent_changed: 20 } as const;

async function measure(context: BenchmarkContext): Promise<BenchmarkOutcome> {
  const sizes = context.quick ? [10] : [100, 1000, 10_000];
  const largest = sizes.at(-1) as number;
  const figures: Record<string, BenchmarkFigures> = {};
  for (const sets of sizes) figures[`sets_${sets}`] = await renderTimes(sets, context);
  const memory = await memoryOf(largest, context);
  const stall = await stalls(largest, context);
  const atLargest = figures[`sets_${largest}`] as Record<keyof typeof CHANGES, Record<WriterName, { ms: number }>>;
  const ratio = (change: keyof typeof CHANGES): number => atLargest[change].ours.ms / atLargest[change].prom_client.ms;
  // A handful of series fits into what a process holds anyway: at such a size neither grows.
  const memoryRatio = (key: keyof Memory): number => memory.ours[key] / Math.max(1, memory.prom_client[key]);
  return {
    targets: [
      { name: "exposition_all_changed_time_ratio_to_prom_client", value: ratio("all_changed"), limit: 0.35 },
      { name: "exposition_5_percent_time_ratio_to_prom_client", value: ratio("five_percent_changed"), limit: 0.08 },
      { name: "exposition_longest_stall_ms", value: stall.ours.longest_ms, limit: 10 },
      { name: "memory_ratio_before_scrapes", value: memoryRatio("resident_bytes"), limit: 0.25 },
      { name: "memory_ratio_after_scrapes", value: memoryRatio("resident_bytes_after_scrapes"), limit: 0.25 },
    ],
    figures: { ...figures, memory_per_series: { ...memory }, stall: { ...stall } },
  };
}

/** Milliseconds to render a page after some share of the series changed. */
async function renderTimes(sets: number, { quick, progress }: BenchmarkContext): Promise<BenchmarkFigures> {
  const result: Record<string, BenchmarkFigures> = {};
  for (const [change, every] of Object.entries(CHANGES)) {
    progress(`${sets} sets, ${change}`);
    const contenders = WRITER_NAMES.map((name) => {
      const writer = createWriter(name, sets, 10);
      let round = 0;
      const sample = async (): Promise<number> => {
        round++;
        for (let set = round % every; set < sets; set += every) writer.record(set, round);
        const startedAt = performance.now();
        await writer.render();
        return performance.now() - startedAt;
      };
      return [name, sample] as const;
    });
    const rounds = quick ? 1 : sets >= 10_000 ? 9 : 31;
    const samples = await interleave(Object.fromEntries(contenders), { rounds, warmupRounds: quick ? 1 : 3, progress });
    const figures = WRITER_NAMES.map((name) => [
      name,
      { ms: median(samples[name] ?? []), noise_ratio: relativeSpread(samples[name] ?? []) },
    ]);
    result[change] = Object.fromEntries(figures);
  }
  return result;
}

/** Bytes per series. */
type Memory = Readonly<
  Record<"heap_bytes" | "resident_bytes" | "heap_bytes_after_scrapes" | "resident_bytes_after_scrapes", number>
>;

type MemoryFigures = Record<WriterName, Memory>;

/**
 * Each in a fresh process, the median of a few: resident memory depends on when the collector runs. The targets are on
 * what a process keeps of the machine, before its first scrape and after some; the live heap is told beside it.
 */
async function memoryOf(sets: number, { quick, progress }: BenchmarkContext): Promise<MemoryFigures> {
  const script = fileURLToPath(new URL("exposition/memory-probe.ts", import.meta.url));
  const entries: [string, unknown][] = [];
  for (const name of WRITER_NAMES) {
    progress(`memory of ${name}`);
    const runs: Record<string, number>[] = [];
    while (runs.length < (quick ? 1 : 5)) {
      const { exitCode, stdout, stderr } = await capture(process.execPath, [script, name, String(sets)]);
      if (exitCode !== 0) throw new Error(`memory probe of ${name} failed: ${stderr}`);
      runs.push(JSON.parse(stdout) as Record<string, number>);
    }
    const figure = (key: string): number => median(runs.map((run) => run[key] as number));
    entries.push([name, Object.fromEntries(Object.keys(runs[0] ?? {}).map((key) => [key, figure(key)]))]);
  }
  return Object.fromEntries(entries) as MemoryFigures;
}

type StallFigures = Record<WriterName, { readonly longest_ms: number; readonly [name: string]: number }>;

/** The longest stall during each of some scrapes of a process that works meanwhile, as Prometheus scrapes. */
async function stalls(sets: number, { quick, progress }: BenchmarkContext): Promise<StallFigures> {
  const script = fileURLToPath(new URL("exposition/busy-server.ts", import.meta.url));
  using scraper = createScraper();
  const entries: [string, unknown][] = [];
  for (const name of WRITER_NAMES) {
    progress(`stall of ${name}`);
    await using server = await startProcess({
      command: process.execPath,
      args: [script, name, String(sets)],
      readyWhen: /^port \d+$/m,
    });
    const url = `http://127.0.0.1:${/^port (\d+)$/m.exec(server.output())?.[1]}`;
    const stall = async (): Promise<number> => (await (await fetch(`${url}/stall`)).json()) as number;
    const during: number[] = [];
    const without: number[] = [];
    const scrapes: number[] = [];
    for (let round = quick ? 0 : -3; round < (quick ? 1 : 15); round++) {
      await stall();
      const took = await scraper.scrape(`${url}/metrics`);
      const longest = await stall();
      await new Promise((resolve) => setTimeout(resolve, took));
      const idle = await stall();
      if (round < 0) continue;
      during.push(longest);
      without.push(idle);
      scrapes.push(took);
    }
    entries.push([
      name,
      {
        longest_ms: Math.max(...during),
        median_ms: median(during),
        longest_without_scrape_ms: Math.max(...without),
        scrape_ms: median(scrapes),
      },
    ]);
  }
  return Object.fromEntries(entries) as StallFigures;
}
