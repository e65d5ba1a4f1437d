/**
 * Waits for a promise, at most `ms` milliseconds; the timer keeps the process alive so that a last flush can finish.
 *
 * @returns whether it was fulfilled in time; never rejects
 */
export async function within(ms: number, promise: Promise<unknown>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<false>((resolve) => {
    timer = setTimeout(() => resolve(false), ms);
  });
  try {
    return await Promise.race([promise.then(() => true as const), late]);
  } catch {
    return false;
  } finally {
    clearTimeout(timer);
  }
}
