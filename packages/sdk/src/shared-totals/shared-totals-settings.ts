import { invalidOption } from "@taskvitals/core";
import type { EnvironmentOptions } from "../options/environment.ts";
import type { TaskVitalsOptions } from "../options/task-vitals-options.ts";
import type { DeclaredBroker } from "../queue-registry.ts";
import type { SharedTotalsOptions, SharedTotalsStore } from "./shared-totals-options.ts";

/** {@link SharedTotalsOptions}, checked and complete. */
export interface SharedTotalsSettings {
  readonly namespace: string;
  readonly intervalMs: number;
  readonly foldAfterMs: number;
  readonly page: boolean;
  readonly store: SharedTotalsStore;
  /** The broker whose Redis has them; `undefined` where the store needs none. */
  readonly broker: DeclaredBroker | undefined;
}

const DEFAULT_INTERVAL_MS = 5000;
const DEFAULT_FOLD_AFTER_MS = 600_000;
/** Fewer intervals of silence than this prove nothing: a busy process misses one or two. */
const LEAST_FOLD_INTERVALS = 12;
const VARIABLE = "TASKVITALS_SHARED_TOTALS";

/**
 * Whether and how totals are shared: what the option says, else the environment; `undefined` for not.
 *
 * @throws TaskVitalsError `INVALID_OPTION`
 */
export function resolveSharedTotals(
  options: TaskVitalsOptions,
  environment: Pick<EnvironmentOptions, "sharedTotals">,
  brokers: ReadonlyMap<string, DeclaredBroker>,
): SharedTotalsSettings | undefined {
  const path = options.sharedTotals === undefined ? VARIABLE : "sharedTotals";
  const given = options.sharedTotals ?? environment.sharedTotals ?? false;
  if (given === false) return undefined;
  const chosen: SharedTotalsOptions = given === true ? {} : given;
  if (options.meterProvider !== undefined) {
    throw invalidOption({
      path,
      expected:
        "no shared totals beside meterProvider, whose counters cannot be read and whose readers show them in every process",
      remedy: "Leave out one of the two.",
    });
  }
  const intervalMs = chosen.intervalMs ?? DEFAULT_INTERVAL_MS;
  const leastMs = LEAST_FOLD_INTERVALS * intervalMs;
  const foldAfterMs = chosen.foldAfterMs ?? Math.max(DEFAULT_FOLD_AFTER_MS, leastMs);
  if (foldAfterMs < leastMs) {
    throw invalidOption({
      path: `${path}.foldAfterMs`,
      value: foldAfterMs,
      expected: `at least ${LEAST_FOLD_INTERVALS} times intervalMs, which is ${leastMs}`,
    });
  }
  const store = chosen.store ?? "redis";
  return {
    namespace: chosen.namespace ?? "default",
    intervalMs,
    foldAfterMs,
    page: chosen.page ?? true,
    store,
    broker: store === "redis" ? brokerOf(path, chosen.broker, brokers) : undefined,
  };
}

function brokerOf(
  path: string,
  name: string | undefined,
  brokers: ReadonlyMap<string, DeclaredBroker>,
): DeclaredBroker {
  const only = brokers.size === 1 ? [...brokers.values()][0] : undefined;
  const found = name === undefined ? (brokers.get("default") ?? only) : brokers.get(name);
  if (found !== undefined) return found;
  if (brokers.size === 0) {
    throw invalidOption({
      path,
      expected: "a broker whose Redis keeps the totals",
      remedy: "Set redis, REDIS_URL or brokers.",
    });
  }
  const names = [...brokers.keys()].map((known) => JSON.stringify(known)).join(", ");
  throw invalidOption({
    path: `${path}.broker`,
    value: name,
    expected: `the name of the broker whose Redis keeps the totals, one of ${names}`,
  });
}

const DAY_MS = 24 * 3_600_000;

/** For how long every process of the platform remembers who was folded, in milliseconds. */
export function rememberMsOf({ foldAfterMs }: Pick<SharedTotalsSettings, "foldAfterMs">): number {
  return Math.max(DAY_MS, 2 * foldAfterMs);
}
