import type { BenchmarkContext } from "./benchmark.ts";

/** Takes one sample of a contender, in a unit of its own choice. */
export type Sample = () => number | Promise<number>;

/** How {@link interleave} measures. */
export interface RoundOptions {
  /** Samples of each contender, at least 1. */
  readonly rounds: number;
  /** Rounds before the first that counts, for the compiler and the caches. Default 1. */
  readonly warmupRounds?: number;
  /** Told about every tenth of the way. */
  readonly progress: BenchmarkContext["progress"];
}

/**
 * Samples the contenders in turn, A B A B, so that a machine that becomes slower or faster on the way does so for all of them.
 * Answers the samples of each, in the order in which they were taken.
 */
export async function interleave<Name extends string>(
  contenders: Readonly<Record<Name, Sample>>,
  { rounds, warmupRounds = 1, progress }: RoundOptions,
): Promise<Record<Name, number[]>> {
  const entries = Object.entries<Sample>(contenders) as [Name, Sample][];
  const samples = Object.fromEntries(entries.map(([name]) => [name, [] as number[]])) as Record<Name, number[]>;
  const told = Math.max(1, Math.ceil(rounds / 10));
  for (let round = 1 - warmupRounds; round <= rounds; round++) {
    for (const [name, sample] of entries) {
      const value = await sample();
      if (round >= 1) samples[name].push(value);
    }
    if (round >= 1 && (round % told === 0 || round === rounds)) progress(`round ${round} of ${rounds}`);
  }
  return samples;
}
