import type { TaskRun } from "./task-run.ts";

/** Any function. */
export type TaskFunction = (...args: never[]) => unknown;

/**
 * Returns a function that behaves as `fn` does — same arguments, `this`, result and error — and reports each call as a run. A result
 * with a `then` method ends the run when it settles; the promise returned then is the one that followed it, so that a rejection
 * nobody handles stays visible to the process.
 */
export function wrapTask<F extends TaskFunction>(fn: F, start: () => TaskRun): F {
  const wrapped = function (this: unknown, ...args: never[]): unknown {
    const run = start();
    try {
      const result = Reflect.apply(fn, this, args);
      if (isThenable(result)) return followRun(result, run);
      run.succeed();
      return result;
    } catch (error) {
      run.fail(error);
      throw error;
    }
  };
  Object.defineProperty(wrapped, "name", { value: fn.name, configurable: true });
  Object.defineProperty(wrapped, "length", { value: fn.length, configurable: true });
  return wrapped as unknown as F;
}

function followRun(result: PromiseLike<unknown>, run: TaskRun): PromiseLike<unknown> {
  return result.then(
    (value) => {
      run.succeed();
      return value;
    },
    (error: unknown) => {
      run.fail(error);
      throw error;
    },
  );
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return (
    ((typeof value === "object" && value !== null) || typeof value === "function") &&
    typeof (value as { then?: unknown }).then === "function"
  );
}
