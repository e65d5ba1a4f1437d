import type { Meter } from "@opentelemetry/api";
import { SlotCodec, SlotWriter, type TaskActivitySource } from "@taskvitals/core";
import type { BindableMeterProvider } from "@taskvitals/meter";
import type { StartContext } from "../start-context.ts";
import { SCOPE_NAME } from "../telemetry/telemetry.ts";
import { createVitalsProvider } from "../telemetry/vitals-provider.ts";
import { ExposedTotals } from "./exposed-totals.ts";
import { openSlotStore } from "./open-slot-store.ts";
import { createSharedMeter } from "./shared-meter.ts";
import { SharedSlot } from "./shared-slot.ts";
import { rememberMsOf, type SharedTotalsSettings } from "./shared-totals-settings.ts";
import { SlotFlushes } from "./slot-flushes.ts";

/** Shared totals of a process that has started. */
export interface RunningSharedTotals {
  readonly settings: SharedTotalsSettings;
  /** Provider of what is shared: no page of this process shows it. */
  readonly counted: BindableMeterProvider;
  readonly exposed: ExposedTotals;
  /** A meter whose counters and histograms are shared, and whose other instruments are on `local`. */
  meter(local: Meter): Meter;
  /** Begins to write what was counted, and what runs now. */
  begin(activity: TaskActivitySource): void;
  /** Writes what was counted. Never rejects. */
  flush(): Promise<void>;
}

/** Longest wait for the last writing, in milliseconds. */
const LAST_FLUSH_MS = 2000;
const LEAST_DEADLINE_MS = 1000;

/**
 * Opens the store of the shared totals, where they are on. The store need not be there: it is written when it is.
 *
 * @throws TaskVitalsError for a bad URL or client
 */
export async function startSharedTotals({
  settings: all,
  problems,
  cleanup,
}: StartContext): Promise<RunningSharedTotals | undefined> {
  const { sharedTotals: settings, maxSeries, maxQueues, readDeadlineMs } = all;
  if (settings === undefined) return undefined;
  const onProblem = problems.report;
  const deadlineMs = Math.max(LEAST_DEADLINE_MS, readDeadlineMs);
  const { store, hold, keepsSlots, close } = await openSlotStore(settings, {
    deadlineMs,
    onProblem,
    onWarning: problems.warn,
  });
  cleanup.add("The store of the shared totals", close);
  const counted = createVitalsProvider({ maxSeries, maxQueues, readDeadlineMs }, problems);
  const described = new Map();
  const exposed = new ExposedTotals({ settings, store, hold, keepsSlots, described, maxSeries, problems });
  cleanup.add("The turns of showing the shared totals", () => exposed.end());
  let flushes: SlotFlushes | undefined;
  return {
    settings,
    counted,
    exposed,
    meter: (local) => createSharedMeter(counted.getMeter(SCOPE_NAME), local, described),
    begin: (activity) => {
      const slot = new SharedSlot(counted, activity);
      const writer = new SlotWriter({
        store,
        codec: new SlotCodec(),
        read: () => slot.read(),
        foldAfterMs: settings.foldAfterMs,
        rememberMs: rememberMsOf(settings),
        now: () => performance.now(),
        onFolded: (wasKnown) => problems.warn(wasKnown ? WOKEN : LOST),
      });
      const started = new SlotFlushes({ writer, intervalMs: settings.intervalMs, onProblem });
      flushes = started;
      cleanup.add("The last writing of the shared totals", () => started.end(), LAST_FLUSH_MS);
    },
    flush: async () => flushes?.flush(),
  };
}

const WOKEN =
  "This process was not heard of for so long that the others took it for dead; it goes on counting, and nothing was lost.";
const LOST =
  "This process was taken for dead with a state of its counters that it no longer knows; what it has counted until now may be missing from the " +
  "shared totals.";
