/** The 19 bounds of the contract's task_duration_seconds. */
export const DURATION_BOUNDS: readonly number[] = [
  0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600, 1800, 3600, 21600,
];

/**
 * Durations spread over all buckets, the same in every run. Frozen: V8 then keeps each as an object of its own, so that
 * reading one allocates nothing and what a contender is seen to allocate is its own.
 */
export function durations(count: number): readonly number[] {
  return Object.freeze(Array.from({ length: count }, (_, index) => 0.002 * 1.18 ** ((index * 37) % 100)));
}
