import { LoopShare, type QueueReadFailure, type QueueReading, type ReadProblem } from "@taskvitals/core";
import type { LayoutReading, Questions, QueueLayout, Reading, RedisCommand } from "../layouts/queue-layout.ts";
import { UnexpectedReply } from "../layouts/replies.ts";
import type { RedisFailure, RedisReply } from "../redis-reply.ts";
import { CommandBatch } from "./command-batch.ts";
import type { Exchange } from "./exchange.ts";

/** A queue to read. */
export interface ReadableQueue {
  readonly label: string;
  readonly layout: QueueLayout;
  readonly name: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

/** What became of the reading of one queue. */
export type QueueOutcome =
  | { readonly queue: ReadableQueue; readonly reading: LayoutReading; readonly problems: readonly ReadProblem[] }
  | { readonly queue: ReadableQueue; readonly failed: ReadProblem };

/** A queue whose reading is under way. */
interface Open {
  readonly queue: ReadableQueue;
  readonly reading: Reading;
  readonly questions: Questions;
  readonly problems: ReadProblem[];
}

/** Rounds of commands that a layout may take. */
const MOST_ROUNDS = 2;

/**
 * Reads all queues side by side: the first commands of all go out together, then the second of those that have more to ask. A queue that
 * fails takes no other with it.
 *
 * @param now - the server's time, Unix milliseconds
 */
export async function readQueues(
  queues: Iterable<ReadableQueue>,
  exchange: Exchange,
  now: number,
): Promise<readonly QueueOutcome[]> {
  const outcomes: QueueOutcome[] = [];
  const share = new LoopShare();
  let open: Open[] = [];

  const advance = (queue: ReadableQueue, reading: Reading, problems: ReadProblem[], step: () => Step): void => {
    try {
      const next = step();
      if (next.done) outcomes.push({ queue, reading: next.value, problems });
      else open.push({ queue, reading, questions: next.value, problems });
    } catch (error) {
      outcomes.push({ queue, failed: unexpected(error) });
    }
  };

  for (const queue of queues) {
    const reading = queue.layout.read({ ...queue.fields, name: queue.name }, now);
    advance(queue, reading, [], () => reading.next([]));
    if (share.isUsed()) await share.pause();
  }
  for (let round = 0; open.length > 0; round++) {
    const asking = open;
    open = [];
    if (round === MOST_ROUNDS) {
      const failed: ReadProblem = { reason: "error", detail: "the layout asks more than it may" };
      for (const { queue } of asking) outcomes.push({ queue, failed });
      break;
    }
    const batch = new CommandBatch();
    const places: (readonly number[])[] = [];
    for (const { questions } of asking) {
      places.push(questions.map((question) => batch.add(commandOf(question))));
      if (share.isUsed()) await share.pause();
    }
    const replies = await exchange(batch.commands);
    for (const [index, { queue, reading, questions, problems }] of asking.entries()) {
      const own = (places[index] ?? []).map((place) => replies[place] as RedisReply);
      const failed = own.find((reply, at): reply is RedisFailure => !reply.ok && !isOptional(questions[at]));
      if (failed === undefined) {
        noteMissing(own, problems);
        const answers = own.map((reply) => (reply.ok ? reply.value : undefined));
        advance(queue, reading, problems, () => reading.next(answers));
      } else {
        outcomes.push({ queue, failed: { reason: failed.reason, detail: failed.detail } });
      }
      if (share.isUsed()) await share.pause();
    }
  }
  return outcomes;
}

type Step = IteratorResult<Questions, LayoutReading>;

function commandOf(question: Questions[number]): RedisCommand {
  return "optional" in question ? question.optional : question;
}

function isOptional(question: Questions[number] | undefined): boolean {
  return question !== undefined && "optional" in question;
}

/** An optional command that failed leaves something out of the reading; the first says why. */
function noteMissing(replies: readonly RedisReply[], problems: ReadProblem[]): void {
  for (const reply of replies) {
    // Commands on a consumer group say it where every other command answers with nothing.
    if (reply.ok || /^ERR no such key/i.test(reply.detail)) continue;
    if (problems.length === 0) problems.push({ reason: reply.reason, detail: `in part: ${reply.detail}` });
  }
}

function unexpected(error: unknown): ReadProblem {
  const detail = error instanceof UnexpectedReply ? error.message : "the reader of this layout failed";
  return { reason: "error", detail };
}

/** A queue's outcome as its readers see it. */
export function toReading(outcome: QueueOutcome, readAtSeconds: number): QueueReading | QueueReadFailure {
  const { label: queue, layout, name } = outcome.queue;
  if ("failed" in outcome) return { ok: false, queue, ...outcome.failed };
  const { ready, states = {}, oldestAgeSeconds, paused, workers, absent } = outcome.reading;
  const problems = absent === undefined ? outcome.problems : [...outcome.problems, missing(absent, layout, name)];
  return { ok: true, queue, ready, states, oldestAgeSeconds, paused, workers, readAtSeconds, problems };
}

function missing(absent: "framework" | "queue", { framework }: QueueLayout, name: string): ReadProblem {
  return absent === "framework"
    ? {
        reason: "framework_missing",
        detail: `nothing of ${framework} is there; is it another database, prefix or server?`,
      }
    : {
        reason: "queue_missing",
        detail: `${framework} has no queue ${JSON.stringify(name)} there (yet); is the name right, and the prefix?`,
      };
}
