import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parse, stringify } from "yaml";
import type { PrometheusSample } from "../services/index.ts";

/** A store at the end of a path. */
export interface MetricStore {
  /** The path, as a title. */
  readonly path: string;
  /** Applications whose metrics come this way. */
  readonly apps: readonly string[];
  /** Whether the rules that are shipped run there. */
  readonly hasRules: boolean;
  /** Whether it learns which applications cannot be scraped: somebody scrapes them. */
  readonly knowsTargets: boolean;
  /** Whether it speaks MetricsQL. */
  readonly isVictoriaMetrics: boolean;
  /** Origin of its API. */
  readonly url: string;
  query(expr: string): Promise<PrometheusSample[]>;
}

const root = new URL("../../", import.meta.url);

/** Path of a file of the project. */
export function shipped(path: string): string {
  return fileURLToPath(new URL(path, root));
}

/**
 * Writes a configuration of Prometheus as it is shipped, but for what a test must have otherwise: where the Collector is, and that rules
 * and scrapes come every second.
 */
export function writeShippedPrometheus(path: string, file: string, collectorTarget?: string): void {
  const config = parse(readFileSync(shipped(path), "utf8")) as {
    global: Record<string, string>;
    rule_files: string[];
    scrape_configs?: { job_name: string; static_configs: { targets: string[] }[] }[];
  };
  config.global.evaluation_interval = "1s";
  config.rule_files = config.rule_files.map((pattern) => shipped(`prometheus/${pattern}`));
  for (const job of config.scrape_configs ?? []) {
    if (job.job_name === "otel-collector" && collectorTarget) job.static_configs = [{ targets: [collectorTarget] }];
  }
  // It scrapes itself where it listens by default.
  config.scrape_configs = (config.scrape_configs ?? []).filter(({ job_name }) => job_name !== "prometheus");
  writeFileSync(file, stringify(config));
}

/** Prometheus 3 writes the bounds that it scrapes as `1.0`, and those that are written to it as they come: `1`. */
export function withPlainBound(labels: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const { le } = labels;
  return le === undefined || le === "+Inf" ? labels : { ...labels, le: String(Number(le)) };
}
