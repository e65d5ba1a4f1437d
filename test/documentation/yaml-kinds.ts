import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse } from "yaml";
import { readFileLayer } from "../../packages/exporter/src/configuration/file-layer.ts";
import { readYamlFile } from "../../packages/exporter/src/configuration/yaml-file.ts";
import { readThresholdsFile } from "../../packages/exporter/src/thresholds/read-thresholds-file.ts";
import { webConfigKeysAt, webConfigSchema } from "../../packages/exporter/src/web/web-config-schema.ts";

/** What a YAML block configures. */
export type YamlKind =
  | "alertmanager"
  | "collector"
  | "compose"
  | "exporter"
  | "grafana"
  | "kubernetes"
  | "prometheus"
  | "relabeling"
  | "rules"
  | "thresholds"
  | "web";

/** The keys by which a kind is known; the first that fits. */
const KINDS: readonly (readonly [YamlKind, readonly string[]])[] = [
  ["grafana", ["datasources"]],
  ["kubernetes", ["apiVersion"]],
  ["relabeling", ["relabel_configs", "metric_relabel_configs"]],
  ["prometheus", ["scrape_configs", "rule_files", "remote_write", "storage", "otlp", "global"]],
  ["rules", ["groups"]],
  ["thresholds", ["thresholds", "forSeconds", "severities", "disabled"]],
  ["web", ["tls_server_config", "basic_auth_users"]],
  ["alertmanager", ["route", "inhibit_rules"]],
  ["compose", ["services", "volumes"]],
  ["collector", ["receivers", "processors", "exporters"]],
  ["exporter", ["brokers", "queues", "redis", "celeryEvents", "bullmqEvents"]],
];

/** What a block configures; `undefined` for a form that nothing here can check. */
export function yamlKind(text: string): YamlKind | undefined {
  const content: unknown = parse(text);
  if (typeof content !== "object" || content === null) return undefined;
  // A Collector has its pipelines in `service`, and Compose its containers in `services`.
  return KINDS.find(([, keys]) => keys.some((key) => key in content))?.[0];
}

/** Holds a block against what reads it in our packages; does nothing for the kinds that other programs read. */
export function readYamlBlock(kind: YamlKind, text: string): void {
  if (kind !== "web" && kind !== "thresholds" && kind !== "exporter") return;
  const folder = mkdtempSync(join(tmpdir(), "taskvitals-block-"));
  const file = join(folder, "block.yml");
  try {
    // What stands for the hash of a password becomes one.
    writeFileSync(file, text.replaceAll("$2y$10$…", `$2y$10$${"a".repeat(53)}`));
    if (kind === "thresholds") readThresholdsFile(file);
    else if (kind === "exporter") readFileLayer({ value: file, where: "--config" });
    else readYamlFile(file, { namedBy: "--web.config.file", schema: webConfigSchema, keysAt: webConfigKeysAt });
  } finally {
    rmSync(folder, { recursive: true });
  }
}
