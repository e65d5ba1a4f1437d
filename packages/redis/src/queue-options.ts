import type { LayoutName } from "./layouts/layouts.ts";

/**
 * A queue as its user describes it, where the short form `"<layout>:<name>"` does not say enough. A field that the layout does not have is
 * refused.
 */
export interface QueueOptions {
  /** How the queue is laid out in Redis, by the name of the framework: `bullmq`, `celery`, `rq` …, or `list`, `zset`, `stream` for a plain key. */
  readonly layout: LayoutName;
  /** Name of the queue as the framework's own API has it; of a plain layout, the key without the client's `keyPrefix`. `*` is every queue. */
  readonly name: string;
  /** Name of the broker that holds the queue. Default `default`. */
  readonly broker?: string | undefined;
  /** Value of the `queue` label, cut at 128 characters. Default: the name. Needed when two queues share a name. */
  readonly label?: string | undefined;
  /** `bullmq`, `bull` (default `bull`), `bee` (`bq`), `rq` (`rq`): what the framework puts in front of its keys. Not empty. */
  readonly prefix?: string | undefined;
  /** `dramatiq` (default `dramatiq`), `resque` (`resque`), `sidekiq` (none): what the framework puts in front of its keys. */
  readonly namespace?: string | undefined;
  /** `celery`: the transport option `global_keyprefix`. Default empty. */
  readonly globalKeyprefix?: string | undefined;
  /** `celery`: the transport option `priority_steps`, whole numbers that rise. Default `[0, 3, 6, 9]`. */
  readonly prioritySteps?: readonly number[] | undefined;
  /** `celery`: the transport option `sep`, between the queue and the step in a key. Default `"\x06\x16"`. Not empty. */
  readonly sep?: string | undefined;
  /** `celery`: the transport option `unacked_key`. Default `unacked`. */
  readonly unackedKey?: string | undefined;
  /** `celery`: the exchange that the queue is bound to, by which an absent queue is told from an empty one. Default: the queue's name. */
  readonly exchange?: string | undefined;
  /** `stream`: the consumer group whose lag is the queue's length. Default none: every entry counts. */
  readonly group?: string | undefined;
  /** `zset`: what the scores are, `none`, `due-seconds` or `due-milliseconds`. Default `none`: every member is ready. */
  readonly scores?: "none" | "due-seconds" | "due-milliseconds" | undefined;
  /** `taskiq`: which of its brokers, `list` or `stream`. Default `list`. */
  readonly variant?: "list" | "stream" | undefined;
  /** `taskiq` with streams: the consumer group. Default `taskiq`. */
  readonly consumerGroup?: string | undefined;
  /** `huey`: whether Huey cleans the name to letters, digits and `_`, as it does unless told otherwise. Default true. */
  readonly cleanName?: boolean | undefined;
  /** `huey`: the IANA time zone of the processes that use Huey, needed when they are made with `utc=True` and run in another than UTC. Default `UTC`. */
  readonly timeZone?: string | undefined;
  /** `resque`: after how many seconds without a sign of life a worker is gone, 1 to 86 400. Default 300. */
  readonly workerTimeoutSeconds?: number | undefined;
  /** `arq`: of how many due jobs it is looked up whether they run, 1 to 10 000; as the workers' own `queue_read_limit`. Default 100. */
  readonly queueReadLimit?: number | undefined;
  /**
   * `celery`, `bee`, `dramatiq`, `sidekiq`, `resque`, `taskiq`: the age is in the payload of a task; a payload larger than this many
   * bytes is not fetched for it, 0 to 1 048 576. Default 16 384; 0 reads none.
   */
  readonly maxPayloadBytes?: number | undefined;
}
