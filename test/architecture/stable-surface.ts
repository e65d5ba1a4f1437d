import { readFileSync } from "node:fs";
import { join } from "node:path";
import {
  COLLECTION_BUCKETS_SECONDS,
  contract,
  DURATION_BUCKETS_SECONDS,
  OTHER_VALUE,
  TASK_STATES,
  UNKNOWN_VALUE,
  WAIT_BUCKETS_SECONDS,
} from "@taskvitals/core";
import { alerts, ruleGroups, thresholds } from "@taskvitals/rules";
import { stableConfiguration } from "./stable-configuration.ts";
import { root } from "./workspace.ts";

/**
 * Everything that only a major release takes away or changes, one fact per line, sorted: metrics, labels and their closed sets of values, default bounds, options,
 * variables, flags and keys with what they take and their defaults, thresholds, recorded series and alerts, the format of shared totals.
 */
export function stableSurface(): readonly string[] {
  return [
    ...Object.values(contract).map(
      ({ kind, labels, name, unit }) => `metric ${name}: ${kind}, ${unit}, labels ${labels.join(" ") || "none"}`,
    ),
    ...TASK_STATES.map((state) => `label state: ${state}`),
    ...unionMembers("packages/core/src/problem.ts", "ProblemOperation").map((one) => `label operation: ${one}`),
    ...unionMembers("packages/core/src/queue-reader.ts", "ReadFailureReason").map(
      (one) => `label reason of readings: ${one}`,
    ),
    ...listMembers("packages/sdk/src/telemetry/otlp-failure.ts", "LOSS_REASONS").map(
      (one) => `label reason of lost points: ${one}`,
    ),
    `label value of what is not known: ${UNKNOWN_VALUE}`,
    `label value of what a limit refused: ${OTHER_VALUE}`,
    `bounds of durations: ${DURATION_BUCKETS_SECONDS.join(" ")}`,
    `bounds of waits: ${WAIT_BUCKETS_SECONDS.join(" ")}`,
    `bounds of collections: ${COLLECTION_BUCKETS_SECONDS.join(" ")}`,
    ...unionMembers("packages/redis/src/layouts/layouts.ts", "LayoutName").map((one) => `layout of a queue: ${one}`),
    ...unionMembers("packages/core/src/task-vitals-error.ts", "TaskVitalsErrorCode").map(
      (one) => `code of an error: ${one}`,
    ),
    ...stableConfiguration(source("docs/configuration.md")),
    ...Object.entries(thresholds).map(([name, { default: value, unit }]) => `threshold ${name}: ${value} ${unit}`),
    ...ruleGroups().flatMap(({ rules }) =>
      rules.flatMap(({ record }) => (record === undefined ? [] : [`recorded series ${record}`])),
    ),
    ...alerts.map(({ name, severity }) => `alert ${name}: ${severity}`),
    ...keys("packages/redis/src/shared-totals/redis-slot-store.ts").map((key) => `key of shared totals: ${key}`),
    ...keys("packages/redis/src/lease/totals-lease.ts").map((key) => `key of a lease: ${key}`),
    `format of a process' shared totals: ${/SLOT_FORMAT = (\d+)/.exec(source("packages/core/src/shared-totals/slot-header.ts"))?.[1]}`,
  ].toSorted();
}

function unionMembers(file: string, type: string): readonly string[] {
  return quoted(new RegExp(`export type ${type} =([^;]*);`).exec(source(file))?.[1]);
}

function listMembers(file: string, list: string): readonly string[] {
  return quoted(new RegExp(`export const ${list} = \\[([^\\]]*)\\]`).exec(source(file))?.[1]);
}

/** The keys in Redis that a file writes, as its templates of strings spell them. */
function keys(file: string): readonly string[] {
  const found = [...source(file).matchAll(/`(taskvitals:[^`]*|\$\{this\.#keys?\}[^`]*)`/g)].map(([, key = ""]) => key);
  if (found.length === 0) throw new Error("The source no longer looks as this test reads it");
  return [...new Set(found)];
}

function quoted(text: string | undefined): readonly string[] {
  const members = [...(text ?? "").matchAll(/"([^"]+)"/g)].map(([, member = ""]) => member);
  if (members.length === 0) throw new Error("The source no longer looks as this test reads it");
  return members;
}

function source(file: string): string {
  return readFileSync(join(root, file), "utf8");
}
