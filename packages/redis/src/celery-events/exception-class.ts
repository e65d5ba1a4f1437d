import { OTHER_VALUE } from "@taskvitals/core";

/** Classes that celery and billiard wrap around what an application raised. */
const WRAPPERS = new Set(["ExceptionWithTraceback", "ExceptionInfo"]);

/**
 * Names the class of an exception by its `repr`, as events carry it: `ValueError('…')` is `ValueError`, `<HttpError 404 …>` is `HttpError`.
 * Nothing but the name of a class is ever returned: what looks otherwise is `_OTHER`.
 *
 * @param traceback - names the class where the `repr` is one of a wrapper
 */
export function exceptionClass(repr: unknown, traceback?: unknown): string {
  if (typeof repr !== "string") return OTHER_VALUE;
  // Celery stands this in for exceptions that cannot be pickled; module and class are its first arguments.
  const wrapped = /^UnpickleableExceptionWrapper\('[^']{0,200}', '([A-Za-z_]\w{0,127})'/.exec(repr)?.[1];
  if (wrapped !== undefined) return wrapped;
  const name = /^<?((?:[A-Za-z_]\w{0,127}\.){0,10}[A-Za-z_]\w{0,127})(?=\(|: | object at | \d)/.exec(repr)?.[1];
  if (name === undefined || name.startsWith("Unrepresentable")) return OTHER_VALUE;
  const simple = name.slice(name.lastIndexOf(".") + 1);
  return WRAPPERS.has(simple) ? (lastClass(traceback) ?? OTHER_VALUE) : simple;
}

/** A traceback ends in the line `module.Class: message`. */
function lastClass(traceback: unknown): string | undefined {
  if (typeof traceback !== "string") return undefined;
  const last = traceback.trimEnd().split("\n").at(-1) ?? "";
  return /^(?:[A-Za-z_]\w{0,127}\.){0,10}([A-Za-z_]\w{0,127})(?=: |$)/.exec(last)?.[1];
}
