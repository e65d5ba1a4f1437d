import type { CpuTimes, CpuTimesReader } from "./cpu-times.ts";

/** Length of a sampling window, in milliseconds. */
export const CPU_WINDOW_MS = 5000;

// The first window is short, so that the first scrape of a fresh process already has a value.
const FIRST_WINDOW_MS = 250;

/** Samples CPU use over windows. */
export interface CpuSampler {
  /** CPU in use over the last window, 0 to 100; `undefined` while there is no window or when it could not be read. */
  percent(): number | undefined;
  /** Ends the sampling. */
  stop(): void;
}

/**
 * Samples CPU use on a timer that keeps no process alive. Nothing is read at a scrape, so a scrape never waits and two that fall
 * into one millisecond agree.
 *
 * @param onError - told when the times could not be read; the percentage is then unknown until they can be again
 */
export function startCpuSampler(read: CpuTimesReader, onError: (error: unknown) => void): CpuSampler {
  let previous: CpuTimes | undefined;
  let percent: number | undefined;
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;

  const sample = async (nextMs: number): Promise<void> => {
    try {
      const current = await read();
      percent = previous === undefined ? undefined : (usedPercent(previous, current) ?? percent);
      previous = current;
    } catch (error) {
      percent = undefined;
      previous = undefined;
      if (!stopped) onError(error);
    }
    if (stopped) return;
    timer = setTimeout(() => void sample(CPU_WINDOW_MS), nextMs);
    timer.unref();
  };
  void sample(FIRST_WINDOW_MS);

  return {
    percent: () => percent,
    stop: () => {
      stopped = true;
      clearTimeout(timer);
    },
  };
}

/** Use between two readings, 0 to 100; `undefined` when no time passed between them. */
export function usedPercent(from: CpuTimes, to: CpuTimes): number | undefined {
  const available = to.availableSeconds - from.availableSeconds;
  if (!(available > 0)) return undefined;
  const percent = ((to.usedSeconds - from.usedSeconds) / available) * 100;
  // Counters of a virtual machine can step back, and a burst above a limit is still all of it.
  return Math.min(100, Math.max(0, percent));
}
