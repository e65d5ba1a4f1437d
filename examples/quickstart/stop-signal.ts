/** Aborts on the first Ctrl-C or SIGTERM; a second one ends the process at once. Keeps the process alive until then, which an endpoint does not. */
export function stopSignal(): AbortSignal {
  const stop = new AbortController();
  const alive = setInterval(() => {}, 60_000);
  for (const signal of ["SIGINT", "SIGTERM"]) {
    process.once(signal, () => {
      clearInterval(alive);
      stop.abort();
    });
  }
  return stop.signal;
}
