import { payloadObject } from "./payload.ts";
import { maybeNumber } from "./replies.ts";

/**
 * Since when a job of Bull or BullMQ that was never started has been ready: since it was added, plus the delay it was added with. Both
 * frameworks keep these two when they promote a delayed job, and set only the field `delay` of its hash to 0.
 *
 * @param timestamp - the job's field of that name
 * @param opts - the job's field of that name
 * @param marks - fields that only a job has that was started: when it became ready again is kept nowhere
 * @returns Unix time in milliseconds; `undefined` when the job is gone, or was started before
 */
export function unstartedSince(timestamp: unknown, opts: unknown, marks: readonly unknown[]): number | undefined {
  if (marks.some((mark) => mark !== null)) return undefined;
  const options = payloadObject(opts);
  const added = maybeNumber(timestamp);
  if (options === undefined || added === undefined) return undefined;
  const { delay = 0 } = options;
  return typeof delay === "number" ? added + delay : undefined;
}
