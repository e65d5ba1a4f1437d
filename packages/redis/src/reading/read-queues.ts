import { LoopShare, type QueueReadFailure, type QueueReading, type ReadProblem } from "@taskvitals/core";
import type { LayoutReading, Questions, QueueLayout, Reading } from "../layouts/queue-layout.ts";
import { UnexpectedReply } from "../layouts/replies.ts";
import { type AskedCommand, CommandBatch, RepeatedCommands } from "./command-batch.ts";
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
interface OpenQueue {
  readonly queue: ReadableQueue;
  readonly reading: Reading;
  readonly questions: Questions;
  readonly asked: readonly AskedCommand[];
  readonly problems: ReadProblem[];
}

/** Queues whose commands go out together. */
interface Group {
  readonly round: number;
  readonly batch: CommandBatch;
  readonly open: OpenQueue[];
  /** Whether all of its commands were answered. */
  answered: boolean;
  arrived: Promise<void> | undefined;
}

/** Rounds of commands that a layout may take. */
const ROUNDS = 2;
/** Commands after which those of a group go out: about a millisecond of work. */
const GROUP_LENGTH = 300;
/**
 * Groups that are under way at most. A thousand queues are about forty; of many thousands on a distant server, this bounds what is in memory, and
 * what arrives at once.
 */
const GROUPS_UNDER_WAY = 64;

/**
 * Reads all queues side by side: the first commands of all go out one behind the other, and the second ones of those that have more to ask
 * as soon as the first are answered. That happens in groups, so that thousands of queues are never under way at once where the server is near. A
 * queue that fails takes no other with it.
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
  const repeated = Array.from({ length: ROUNDS }, () => new RepeatedCommands());
  const newGroup = (round: number): Group => {
    const batch = new CommandBatch(repeated[round] as RepeatedCommands);
    return { round, batch, open: [], answered: false, arrived: undefined };
  };
  /** The group of each round that is not sent yet. */
  const next = repeated.map((_, round) => newGroup(round));
  /** In the order in which they were sent, which is that in which a server answers. */
  const sent: Group[] = [];

  let isTurnUsed = false;
  const send = (group: Group): void => {
    isTurnUsed = true;
    next[group.round] = newGroup(group.round);
    sent.push(group);
    group.arrived = exchange(group.batch.commands).then((replies) => {
      group.batch.answer(replies);
      group.answered = true;
    });
  };

  /** Takes one step of a reading; what it asks for goes to the round's next group. */
  const advance = (
    queue: ReadableQueue,
    reading: Reading,
    answers: readonly unknown[],
    problems: ReadProblem[],
    round: number,
  ): void => {
    const group = next[round];
    try {
      const step = reading.next(answers);
      if (step.done) outcomes.push({ queue, reading: step.value, problems });
      else if (group === undefined) outcomes.push({ queue, failed: ASKS_TOO_MUCH });
      else {
        const questions = step.value;
        group.open.push({ queue, reading, questions, asked: askAll(questions, group.batch), problems });
        if (group.batch.commands.length >= GROUP_LENGTH) send(group);
      }
    } catch (error) {
      outcomes.push({ queue, failed: unexpected(error) });
    }
  };

  const waiting = queues[Symbol.iterator]();
  for (;;) {
    const first = sent[0];
    const unsent = next.find(({ open }) => open.length > 0);
    if (first?.answered) {
      sent.shift();
      for (const open of first.open) {
        const answers = answersOf(open);
        if (Array.isArray(answers)) advance(open.queue, open.reading, answers, open.problems, first.round + 1);
        else outcomes.push({ queue: open.queue, failed: answers });
        if (share.isUsed()) await share.pause();
      }
    } else {
      const isFull = sent.length >= GROUPS_UNDER_WAY;
      const queue = isFull ? undefined : waiting.next().value;
      if (queue !== undefined) advance(queue, queue.layout.read({ ...queue.fields, name: queue.name }, now), [], [], 0);
      else if (unsent !== undefined && !isFull) send(unsent);
      else if (first !== undefined) await first.arrived;
      else return outcomes;
    }
    if (isTurnUsed || share.isUsed()) {
      isTurnUsed = false;
      await share.pause();
    }
  }
}

const ASKS_TOO_MUCH: ReadProblem = { reason: "error", detail: "the layout asks more than it may" };

function askAll(questions: Questions, batch: CommandBatch): readonly AskedCommand[] {
  const asked = new Array<AskedCommand>(questions.length);
  for (let index = 0; index < questions.length; index++) {
    const question = questions[index] as Questions[number];
    asked[index] = batch.add("optional" in question ? question.optional : question);
  }
  return asked;
}

/** The answers to what a queue asked, or why it cannot go on. What was optional and failed is noted: the first says why. */
function answersOf({ questions, asked, problems }: OpenQueue): unknown[] | ReadProblem {
  const answers = new Array<unknown>(asked.length);
  for (let index = 0; index < asked.length; index++) {
    const reply = asked[index]?.reply;
    if (reply === undefined) return NO_REPLY;
    if (reply.ok) {
      answers[index] = reply.value;
      continue;
    }
    const { reason, detail } = reply;
    if (!("optional" in (questions[index] as Questions[number]))) return { reason, detail };
    answers[index] = undefined;
    // Commands on a consumer group say it where every other command answers with nothing.
    if (problems.length > 0 || /^ERR no such key/i.test(detail)) continue;
    problems.push({ reason, detail: `in part: ${detail}` });
  }
  return answers;
}

const NO_REPLY: ReadProblem = { reason: "error", detail: "no reply" };

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
