import { contract } from "@taskvitals/core";
import type { BindableMeterProvider, SeriesTotal } from "@taskvitals/meter";

/**
 * The totals of tasks of this process, for who keeps them elsewhere: a process that watches tasks of others and is to go on counting
 * after its restart.
 */
export interface TaskTotals {
  /** The totals now, as plain data that survives JSON. */
  read(): readonly SeriesTotal[];
  /**
   * Adds totals that were kept to what there is.
   *
   * @returns how many were refused, because a histogram has other bounds now or a number is no total
   */
  add(totals: Iterable<SeriesTotal>): number;
  /** Ends every series of tasks, as if none had been counted; those that are counted later are born anew. */
  clear(): void;
  /**
   * Names who decides, at each collection and before anything is shown, whether this process reports the counters that live in brokers. Of
   * several replicas only one may. Default: it does.
   */
  reportWhile(isOurTurn: () => boolean): void;
}

const INSTRUMENTS: readonly string[] = [
  contract.taskSuccess,
  contract.taskFailure,
  contract.taskDuration,
  contract.taskRetry,
  contract.taskWait,
  contract.taskError,
  contract.taskStalled,
  contract.eventsMissed,
].map(({ name }) => name);

/** {@link TaskTotals}, and what the reader of the brokers has to know. */
export interface StartedTotals extends TaskTotals {
  /** Whether it is our turn to report the counters that live in brokers. */
  reportsTotals(): boolean;
}

/**
 * Reads and writes the totals that live on a provider of ours; without one there are none.
 *
 * @param onAdded - told when kept totals were added, which nobody counted now
 */
export function createTaskTotals(
  provider: BindableMeterProvider | undefined,
  forgetAll: () => void,
  onAdded: () => void = () => {},
): StartedTotals {
  let isOurTurn = (): boolean => true;
  const turn = {
    reportWhile: (decides: () => boolean): void => {
      isOurTurn = decides;
    },
    reportsTotals: () => isOurTurn(),
  };
  if (provider === undefined) return { ...NO_TOTALS, ...turn };
  return {
    ...turn,
    read: () => provider.totals(INSTRUMENTS),
    add: (totals) => {
      const added = [...totals];
      const refused = provider.addTotals(added);
      if (added.length > 0) onAdded();
      return refused;
    },
    clear: () => {
      // The recorder first: what it is bound to would count into nothing afterwards.
      forgetAll();
      provider.clearTotals(INSTRUMENTS);
    },
  };
}

/** The totals where there are none of ours: the counters are on a provider of the caller's, or vital signs are switched off. */
export const NO_TOTALS: TaskTotals = Object.freeze({
  read: () => [],
  add: () => 0,
  clear: () => {},
  reportWhile: () => {},
});
