import { holdTotalsLease, type TotalsLease } from "@taskvitals/redis";
import type { TaskVitals } from "taskvitals";
import type { OpenBroker } from "./brokers/open-broker.ts";

/** What {@link takeTurns} needs. */
export interface TotalsTurnOptions {
  /** Name of the lease; replicas that share one take turns. */
  readonly name: string;
  /** The broker that keeps the lease and the totals. */
  readonly broker: OpenBroker;
  readonly vitals: Pick<TaskVitals, "events" | "totals">;
  /** Begins to count events; called when it is our turn. What it returns ends it again. May reject. */
  readonly startEvents: () => Promise<() => Promise<void>>;
  readonly log: { readonly info: (message: string) => void; readonly warn: (message: string) => void };
}

/** Taking turns, until it is ended. */
export interface TotalsTurn {
  /** Whether it is our turn now. */
  readonly isOurs: boolean;
  /** Keeps the totals a last time and lets the next replica have its turn. Never rejects. */
  shutdown(): Promise<void>;
}

/** What is kept in Redis. */
interface KeptTotals {
  readonly version: 1;
  readonly totals: ReturnType<TaskVitals["totals"]["read"]>;
}

/**
 * Of all replicas one at a time counts the events and reports the counters that live in Redis: two would double every sum. It keeps what it
 * counted in Redis, so that the next one, be it another replica or this one after a restart, goes on from there.
 */
export async function takeTurns(options: TotalsTurnOptions): Promise<TotalsTurn> {
  const { broker, log, name, startEvents, vitals } = options;
  // Starting and ending take time and must not overtake each other.
  let events: Promise<(() => Promise<void>) | undefined> = Promise.resolve(undefined);
  const end = (): Promise<void> => {
    const ended = events.then((stop) => stop?.());
    events = ended.then(
      () => undefined,
      () => undefined,
    );
    return ended;
  };
  const clearUnlessOurs = (): void => {
    if (!lease.isHeld) vitals.totals.clear();
  };
  const lease: TotalsLease = await holdTotalsLease({
    name,
    connection: broker.connection,
    path: broker.where,
    keeper: {
      acquired(kept) {
        const totals = kept === undefined ? [] : parseTotals(kept);
        if (totals === undefined) log.warn("The totals that were kept cannot be read and begin at 0 again.");
        const refused = vitals.totals.add(totals ?? []);
        if (refused > 0)
          log.warn(`${refused} totals that were kept do not fit this configuration and begin at 0 again.`);
        log.info(`This replica counts events and reports counters from now on (lease "${name}").`);
        events = events.then(startEvents).catch((error: unknown) => {
          log.warn(`Events are not counted. ${(error as Error).message}`);
          return undefined;
        });
      },
      save: () => JSON.stringify({ version: 1, totals: vitals.totals.read() } satisfies KeptTotals),
      lost() {
        vitals.totals.clear();
        // What was counted until the reading had ended goes as well, unless it is our turn again.
        void end().then(clearUnlessOurs, clearUnlessOurs);
        log.warn(`Another replica counts events and reports counters from now on (lease "${name}").`);
      },
    },
    onProblem: (_, message) => vitals.events.onProblem("lease", message + REMEDY),
  });
  vitals.totals.reportWhile(() => lease.isHeld);
  return {
    get isOurs() {
      return lease.isHeld;
    },
    async shutdown() {
      // Nothing may be counted after it was kept.
      await end().catch(() => {});
      await lease.shutdown();
    },
  };
}

const REMEDY =
  " Without it no events are counted and no counters reported. The user needs eval, get, set, pexpire and del on taskvitals:*; a single " +
  "replica can do without --lease.";

function parseTotals(kept: string): KeptTotals["totals"] | undefined {
  try {
    const { version, totals } = JSON.parse(kept) as KeptTotals;
    return version === 1 && Array.isArray(totals) ? totals : undefined;
  } catch {
    return undefined;
  }
}
