import { holdTotalsLease, type TotalsLease } from "@taskvitals/redis";
import type { TaskVitals } from "taskvitals";
import type { OpenBroker } from "./brokers/open-broker.ts";
import type { TotalsKeeping } from "./totals-keeping.ts";

/** What {@link takeTurns} needs. */
export interface TotalsTurnOptions {
  /** Name of the lease; replicas that share one take turns. */
  readonly name: string;
  /** The broker that keeps the lease and the totals. */
  readonly broker: OpenBroker;
  readonly vitals: Pick<TaskVitals, "events" | "totals">;
  /** What is kept, and gone on from when it is our turn. */
  readonly keeping: TotalsKeeping;
  readonly log: { readonly info: (message: string) => void; readonly warn: (message: string) => void };
}

/** Taking turns, until it is ended. */
export interface TotalsTurn {
  /** Whether it is our turn now. */
  readonly isOurs: boolean;
  /** Keeps the totals a last time and lets the next replica have its turn. Never rejects. */
  shutdown(): Promise<void>;
}

/**
 * Of all replicas one at a time counts the events and reports the counters that live in Redis: two would double every sum. It keeps what it
 * counted in Redis, so that the next one, be it another replica or this one after a restart, goes on from there.
 */
export async function takeTurns(options: TotalsTurnOptions): Promise<TotalsTurn> {
  const { broker, keeping, log, name, vitals } = options;
  // Beginning and ending take time and must not overtake each other.
  let steps: Promise<void> = Promise.resolve();
  const step = (act: () => Promise<void>): Promise<void> => {
    steps = steps.then(act).catch((error: unknown) => log.warn(`Events are not counted. ${(error as Error).message}`));
    return steps;
  };
  // What the last holder kept, until it is gone on from.
  let waiting: { readonly kept: string | undefined } | undefined;
  const lease: TotalsLease = await holdTotalsLease({
    name,
    connection: broker.connection,
    path: broker.where,
    keeper: {
      acquired(kept) {
        const turn = { kept };
        waiting = turn;
        log.info(`This replica counts events and reports counters from now on (lease "${name}").`);
        void step(async () => {
          if (waiting !== turn) return;
          waiting = undefined;
          await keeping.begin(kept);
        });
      },
      // An empty text leaves what is kept as it is.
      save: () => (waiting === undefined ? keeping.save() : (waiting.kept ?? "")),
      lost() {
        waiting = undefined;
        vitals.totals.clear();
        void step(async () => {
          await keeping.end();
          // What was counted until the sources had ended.
          vitals.totals.clear();
        });
        log.warn(
          `The lease "${name}" is not ours any more: another replica counts events and reports counters, or will.`,
        );
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
      await step(() => keeping.end());
      await lease.shutdown();
    },
  };
}

const REMEDY =
  " Without it no events are counted and no counters reported. The user needs eval, exists, get, set, pexpire and del on taskvitals:*; a single " +
  "replica can do without --lease.";
