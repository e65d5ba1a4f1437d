const SHUTDOWN_LIMIT_MS = 10_000;

/** Resolves with the first SIGTERM or SIGINT; from then on the process has ten seconds to end. A second signal ends it at once. */
export function stopSignal(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    for (const signal of ["SIGTERM", "SIGINT"] as const) {
      process.once(signal, () => {
        setTimeout(() => process.exit(1), SHUTDOWN_LIMIT_MS).unref();
        resolve(signal);
      });
    }
  });
}
