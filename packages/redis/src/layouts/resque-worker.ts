import { payloadObject } from "./payload.ts";
import { type OptionalCommand, optional } from "./queue-layout.ts";
import { maybeNumber } from "./replies.ts";

/** A worker by its entry in the set of workers: `<name>:<queue>,<queue>`, where the name is `<host>:<pid>` unless it was given another. */
export interface ResqueWorker {
  readonly entry: string;
  /** What its name may be, as a colon may be part of a name and of a queue's, and whether it would then work for the queue. */
  readonly names: readonly { readonly name: string; readonly serves: boolean }[];
  /** Whether it would work for this queue alone. */
  readonly exclusive: boolean;
}

/** What a worker tells. `undefined` where the server did not. */
export interface WorkerState {
  readonly alive: boolean | undefined;
  /** Whether it has a job of the queue. */
  readonly active: boolean | undefined;
}

/**
 * The worker behind an entry, or `undefined` for one that never takes jobs of this queue. Ruby's Resque lets a worker name its queues by
 * patterns (`*` for all); of those, `*` and `?` are understood and the rest is taken for a match.
 */
export function workerOf(entry: string, queue: string): ResqueWorker | undefined {
  const names: { name: string; serves: boolean }[] = [];
  let exclusive = false;
  for (let colon = entry.indexOf(":"); colon !== -1; colon = entry.indexOf(":", colon + 1)) {
    const queues = entry.slice(colon + 1);
    // A name may hold commas too.
    const named = `,${queues},`.includes(`,${queue},`);
    const serves = named || queues.split(",").some((pattern) => matches(pattern, queue));
    names.push({ name: entry.slice(0, colon), serves });
    exclusive ||= queues === queue;
  }
  return names.some(({ serves }) => serves) ? { entry, names, exclusive } : undefined;
}

function matches(pattern: string, queue: string): boolean {
  if (/[[\]{}]/.test(pattern)) return true;
  if (!/[*?]/.test(pattern)) return false;
  const expression = pattern
    .replace(/[.+^$()|\\]/g, "\\$&")
    .replace(/\*+/g, ".*")
    .replaceAll("?", ".");
  return new RegExp(`^${expression}$`, "su").test(queue);
}

/** The queue of the job that a worker has, without its arguments: nothing when it has none, "" when the payload is too large to look. */
const QUEUE_OF_JOB = `
local size=redis.call('STRLEN',KEYS[1])
if size==0 then return false end
if size>tonumber(ARGV[1]) then return '' end
return cjson.decode(redis.call('GET',KEYS[1])).queue or ''`;

/** Commands that {@link workerState} needs the replies of. */
export function askWorker(base: string, { entry, names }: ResqueWorker, limitBytes: number): OptionalCommand[] {
  return [
    optional("eval_ro", `${base}worker:${entry}`, QUEUE_OF_JOB, limitBytes),
    optional("hget", `${base}workers:heartbeat`, entry),
    ...names.map(({ name }) => optional("get", `${base}worker:ping:${name}`)),
  ];
}

/**
 * How a worker is, from the replies to {@link askWorker}. node-resque keeps a ping per name, which tells where a name ends; Ruby's Resque a hash
 * of heartbeats. A worker that left neither may live all the same: node-resque deletes the ping of a worker of `*` whenever that looks for jobs.
 */
export function workerState(
  worker: ResqueWorker,
  queue: string,
  [job, heartbeat, ...pings]: readonly unknown[],
  now: number,
  timeoutSeconds: number,
): WorkerState {
  const isRecent = (beat: number): boolean => now - beat <= timeoutSeconds * 1000;
  let alive: boolean | undefined;
  if (typeof heartbeat === "string") {
    // A host's name has no colon, nor has a process id.
    const serves = worker.names[1]?.serves === true;
    alive = serves && isRecent(Date.parse(heartbeat));
  }
  for (const [index, ping] of pings.entries()) {
    if (typeof ping !== "string") continue;
    const seconds = maybeNumber(payloadObject(ping)?.time) ?? Number.NaN;
    alive = alive === true || (worker.names[index]?.serves === true && isRecent(seconds * 1000));
  }
  const active = job === undefined || (job === "" && !worker.exclusive) ? undefined : job === queue || job === "";
  return { alive, active };
}
