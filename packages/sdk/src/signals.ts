const SIGNALS = ["SIGTERM", "SIGINT"] as const;
const DRAIN_FLUSH_MS = 500;

// Marks our handlers, so that two of them in one process do not each take the other for the application's.
const OURS = Symbol.for("taskvitals.signal-handler");

/**
 * Flushes when the process is asked to end, and leaves how it ends to others. Where the signal has no other handler, its default action
 * follows the flush. Where the application handles it, nothing is forced on it: it may go on for as long as it likes, and what it
 * records while it drains is flushed every half second and once more on `beforeExit`.
 *
 * @param flush - settles within its own time limit and never rejects
 * @returns a function that takes the handlers back
 */
export function flushOnSignals(flush: () => Promise<void>): () => void {
  let drain: NodeJS.Timeout | undefined;
  let asked = false;
  let flushing: Promise<void> | undefined;
  let flushedAtExit = false;

  const flushOnce = (): Promise<void> => {
    flushing ??= flush().finally(() => {
      flushing = undefined;
    });
    return flushing;
  };
  const onBeforeExit = (): void => {
    // The flush keeps the loop alive for a moment, after which the event comes again.
    if (flushedAtExit) return;
    flushedAtExit = true;
    void flushAnew();
  };
  /** A flush in flight does not carry what was recorded since it began. */
  const flushAnew = async (): Promise<void> => {
    await flushing;
    await flushOnce();
  };
  const takeDefaultAction = (signal: NodeJS.Signals): void => {
    remove();
    // Another instance is still flushing; the last one ends the process.
    if (process.listeners(signal).some(isOurs)) return;
    process.kill(process.pid, signal);
  };
  const handle = async (signal: NodeJS.Signals): Promise<void> => {
    const handledByOthers = process.listeners(signal).some((listener) => !isOurs(listener));
    // Asked a second time, nobody wants to wait for a flush.
    if (asked && !handledByOthers) return takeDefaultAction(signal);
    asked = true;
    await flushAnew();
    if (handledByOthers) drain ??= setInterval(() => void flushOnce(), DRAIN_FLUSH_MS).unref();
    else takeDefaultAction(signal);
  };
  const onSignal = Object.assign((signal: NodeJS.Signals) => void handle(signal), { [OURS]: true });
  const remove = (): void => {
    clearInterval(drain);
    process.off("beforeExit", onBeforeExit);
    for (const signal of SIGNALS) process.off(signal, onSignal);
  };
  process.on("beforeExit", onBeforeExit);
  // First in line: a handler of the application's that was added with `once` is gone from the list as soon as it has run.
  for (const signal of SIGNALS) process.prependListener(signal, onSignal);
  return remove;
}

function isOurs(listener: object): boolean {
  return OURS in listener;
}
