/** What a job is to do. */
export interface PlannedWork {
  /** How many attempts fail before one succeeds. */
  readonly failures: number;
  /** Whether its failure is final at once. */
  readonly hopeless: boolean;
  /** How long an attempt takes. */
  readonly runMs: number;
}

/** A job that is to be added. */
export interface PlannedJob {
  readonly name: string;
  readonly data: PlannedWork;
  readonly opts: { readonly attempts: number; readonly backoff: number };
}

const TASKS = ["send", "resize", "train"] as const;

/** Jobs with outcomes by chance, the same ones for the same seed. */
export function planWork(count: number, { seed, longestMs }: { seed: number; longestMs: number }): PlannedJob[] {
  let state = seed;
  const chance = (): number => {
    // Numerical Recipes' linear congruential generator.
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
  return Array.from({ length: count }, () => {
    const name = TASKS[Math.floor(chance() * TASKS.length)] as string;
    const attempts = 1 + Math.floor(chance() * 3);
    const failures = chance() < 0.6 ? 0 : 1 + Math.floor(chance() * 4);
    const data = { failures, hopeless: chance() < 0.2, runMs: Math.floor(chance() * longestMs) };
    return { name, data, opts: { attempts, backoff: 5 } };
  });
}
