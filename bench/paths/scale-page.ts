import { readFileSync, writeFileSync } from "node:fs";
import type { BenchmarkFigures } from "../benchmark.ts";
import { newestResults, type Result } from "../results.ts";
import {
  MOST_PER_READ_QUEUE,
  PER_PAGE,
  PER_PAIR,
  PER_PROCESS,
  PER_QUEUE,
  SERIES_ABOUT_SERIES,
  seriesPerSet,
  sharedSeries,
  workerSeries,
} from "./worker-series.ts";

/** The worker that the benchmark simulates and docs/scale.md reckons with: three tasks by two queues. */
export const RECKONED_WORKER = { pairs: 6, queues: 2 } as const;
const FLEETS = [10, 1000, 100_000];
const SECONDS_PER_EXPORT = 15;

/** The tables of docs/scale.md, by the name in their markers. */
export function scaleTables(result: Result | undefined): Record<string, string> {
  return {
    series: seriesTable(),
    paths: result === undefined ? MISSING : pathsTable(result),
    written: result === undefined ? MISSING : writtenTable(result),
    knees: result === undefined ? MISSING : kneesTable(result),
  };
}

const MISSING = "No full run is stored yet.";

function seriesTable(): string {
  const { pairs, queues } = RECKONED_WORKER;
  const lines: readonly (readonly [string, number, number])[] = [
    ["per pair of task and queue: both counters, both histograms", seriesPerSet(PER_PAIR), pairs],
    ["per queue that it takes from: active, slots, oldest", seriesPerSet(PER_QUEUE), queues],
    ["per process: CPU and memory", seriesPerSet(PER_PROCESS), 1],
    ["per process: how many series there are, and were refused", SERIES_ABOUT_SERIES, 1],
    ["per process that is scraped: time to build the page", seriesPerSet(PER_PAGE), 1],
    ["`target_info`", 1, 1],
  ];
  const shared = grouped(sharedSeries(RECKONED_WORKER));
  const worker = workerSeries(RECKONED_WORKER);
  return [
    "| of a worker | series | times | |",
    "|---|--:|--:|--:|",
    ...lines.map(([what, series, times]) => row([what, series, times, series * times])),
    row(["**together**", "", "", `**${grouped(worker)}**`]),
    "",
    `Read queues come on top, ${MOST_PER_READ_QUEUE} series each at most, once per platform and not per worker.`,
    "",
    "| workers | series, each worker by itself | samples per second, every 15 s | series, shared totals |",
    "|--:|--:|--:|--:|",
    ...FLEETS.map((workers) => {
      const series = workers * worker;
      return row([grouped(workers), grouped(series), grouped(Math.round(series / SECONDS_PER_EXPORT)), shared]);
    }),
  ].join("\n");
}

const PATHS: Readonly<Record<string, string>> = {
  scrape: "scrape",
  otlp: "push",
  otlp_gzip: "push, gzip",
  otlp_by_opentelemetry_itself: "push by OpenTelemetry's SDK",
  shared_totals: "shared totals",
};

/** Figures of one path; which there are depends on it. */
type PathFigures = Readonly<Record<string, number | undefined>>;

function pathsTable(result: Result): string {
  const rows = Object.entries(PATHS).flatMap(([path, name]) =>
    fleetsOf(result).map(([workers, fleet]) => {
      const figures = fleet[path] as PathFigures;
      const between = added(figures.collector_cpu_ms, figures.collector_page_cpu_ms);
      const shared = added(figures.redis_cpu_ms, figures.exposer_cpu_ms);
      return row([
        name,
        grouped(workers),
        shown(figures.bytes && figures.bytes / 1000),
        shown(figures.worker_cpu_ms),
        shown(between ?? shared),
        shown(figures.prometheus_cpu_ms),
        shown(figures.collector_rss_kb ?? added(figures.redis_rss_kb, figures.exposer_rss_kb)),
        shown(figures.prometheus_rss_kb),
        shown(figures.redis_commands),
        figures.failed_ratio ? "timed out" : shown(figures.page_ms ?? figures.scrape_ms),
      ]);
    }),
  );
  return [
    "| path | workers | kB on the wire | CPU ms: worker | Collector, or Redis and the page | Prometheus | memory kB: Collector, or Redis and the page | Prometheus | commands | a page takes, ms |",
    "|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|",
    ...rows,
    "",
    place(result),
  ].join("\n");
}

function writtenTable(result: Result): string {
  const rows = fleetsOf(result).flatMap(([workers, fleet]) => {
    const [page, arrives] = [fleet.remote_write_of_its_own_page, fleet.remote_write_as_it_arrives] as (
      | PathFigures
      | undefined
    )[];
    if (page === undefined || arrives === undefined) return [];
    const pushed = fleet.otlp as PathFigures;
    return [
      row([
        grouped(workers),
        ...[pushed.collector_cpu_ms, arrives.collector_cpu_ms, page.collector_cpu_ms].map(shown),
        ...[pushed.collector_rss_kb, arrives.collector_rss_kb, page.collector_rss_kb].map(shown),
        shown(page.kept_up_ratio === undefined ? undefined : 100 * Math.min(1, page.kept_up_ratio)),
      ]),
    ];
  });
  return [
    "| workers | Collector's CPU ms: takes pushes | and writes what arrives | and writes its own page | memory kB: shows a page | writes what arrives | writes its own page | % of the pushes taken then |",
    "|--:|--:|--:|--:|--:|--:|--:|--:|",
    ...rows,
  ].join("\n");
}

function kneesTable({ figures }: Result): string {
  const knees = figures.knee as Record<string, { readonly workers: number; readonly first: string }>;
  return [
    "| path | ends at about | because of |",
    "|---|--:|---|",
    ...Object.entries(knees).map(([path, { workers, first }]) =>
      row([PATHS[path] ?? path, `${grouped(Number(workers.toPrecision(2)))} workers`, first]),
    ),
  ].join("\n");
}

function fleetsOf({ figures }: Result): [number, Record<string, BenchmarkFigures>][] {
  return Object.entries(figures.per_worker_and_minute as Record<string, Record<string, BenchmarkFigures>>).map(
    ([name, fleet]) => [Number(name.slice("of_".length)), fleet],
  );
}

function place({ date, machine, versions }: Result): string {
  const used = Object.entries(versions).map(([name, version]) => `${name} ${version}`);
  const { cpu, cores, load } = machine;
  return `${date}, [one run](../bench/results/${date}-paths.json) on ${cores} cores of ${cpu}, load ${load} before it; ${used.join(", ")}.`;
}

function added(one: number | undefined, other: number | undefined): number | undefined {
  return one === undefined ? undefined : one + (other ?? 0);
}

/** Two digits mean something; what is below nothing was noise. */
function shown(value: number | undefined): string {
  if (value === undefined) return "";
  const short = Number(Math.max(0, value).toPrecision(2));
  return short >= 1000 ? grouped(short) : String(short);
}

function row(cells: readonly (string | number)[]): string {
  return `| ${cells.join(" | ")} |`;
}

/** Thousands set apart. */
function grouped(value: number): string {
  return String(value).replaceAll(/\B(?=(\d{3})+(?!\d))/g, " ");
}

/**
 * The text with each table between its markers.
 *
 * @throws Error when a marker is missing
 */
export function withTables(text: string, tables: Readonly<Record<string, string>>): string {
  let page = text;
  for (const [name, table] of Object.entries(tables)) {
    const [begin, end] = [`<!-- ${name}:begin -->`, `<!-- ${name}:end -->`];
    const [from, to] = [page.indexOf(begin), page.indexOf(end)];
    if (from < 0 || to < from) throw new Error(`Expected ${begin} and ${end} in the text`);
    page = `${page.slice(0, from + begin.length)}\n\n${table}\n\n${page.slice(to)}`;
  }
  return page;
}

/** The newest stored run. */
export function newestPaths(): Result | undefined {
  return newestResults().find(({ benchmark }) => benchmark === "paths");
}

if (import.meta.main) {
  const file = new URL("../../docs/scale.md", import.meta.url);
  writeFileSync(file, withTables(readFileSync(file, "utf8"), scaleTables(newestPaths())));
  process.stdout.write("The tables in docs/scale.md show the newest stored run\n");
}
