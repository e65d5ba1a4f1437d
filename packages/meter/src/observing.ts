import { type BatchCallback, type ObservableStorage, ObservationSink, type Observations } from "./observable.ts";

/** Everything one collection observed. */
export interface Observed {
  readonly observations: ReadonlyMap<ObservableStorage, Observations>;
  /** What callbacks threw or rejected with, and one error for each that outlived the deadline. */
  readonly errors: readonly unknown[];
}

/** The callbacks of some meter. */
export interface CallbackSource {
  readonly observables: Iterable<ObservableStorage>;
  readonly batches: readonly BatchCallback[];
}

/**
 * Runs every callback once, all at the same time, and returns at the deadline at the latest. A callback that fails
 * costs only what it had not observed by then: what it did observe is a fact and stays, nothing is made up for the
 * rest, and what it says after the deadline is not heard.
 */
export async function observe(sources: Iterable<CallbackSource>, timeoutMs: number): Promise<Observed> {
  const observations = new Map<ObservableStorage, Observations>();
  const errors: unknown[] = [];
  const running = new Map<ObservationSink, { readonly name: string; readonly ended: Promise<void> }>();
  const run = (name: string, call: (sink: ObservationSink) => void | Promise<void>): void => {
    const sink = new ObservationSink(observations);
    const end = (): void => {
      sink.close();
      running.delete(sink);
    };
    try {
      const result: unknown = call(sink);
      if (!isThenable(result)) {
        sink.close();
        return;
      }
      const ended = Promise.resolve(result).then(end, (error: unknown) => {
        // After the deadline its failure has been reported already.
        if (running.has(sink)) errors.push(error);
        end();
      });
      running.set(sink, { name, ended });
    } catch (error) {
      errors.push(error);
      sink.close();
    }
  };
  for (const { observables, batches } of sources) {
    for (const storage of observables) {
      for (const callback of [...storage.callbacks]) {
        run(storage.descriptor.name, (sink) => callback(sink.single(storage)));
      }
    }
    for (const { callback, storages } of [...batches]) {
      const names = [...storages].map((storage) => storage.descriptor.name).join(", ");
      run(names, (sink) => callback(sink.batch(storages)));
    }
  }
  if (running.size > 0)
    await allOrDeadline(
      [...running.values()].map(({ ended }) => ended),
      timeoutMs,
    );
  for (const [sink, { name }] of [...running]) {
    sink.close();
    running.delete(sink);
    errors.push(new Error(`A callback of ${name} did not end within ${timeoutMs} ms.`));
  }
  return { observations, errors };
}

async function allOrDeadline(ended: readonly Promise<void>[], timeoutMs: number): Promise<void> {
  const { promise: deadline, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, timeoutMs);
  try {
    await Promise.race([Promise.all(ended), deadline]);
  } finally {
    clearTimeout(timer);
  }
}

/** Reading `then` of a hostile result may throw; the caller's `catch` takes that as the callback's failure. */
function isThenable(value: unknown): boolean {
  return typeof value === "object" && value !== null && typeof (value as { then?: unknown }).then === "function";
}
