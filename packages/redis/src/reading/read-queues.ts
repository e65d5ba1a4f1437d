import { LoopShare, type ReadProblem } from "@taskvitals/core";
import type { LayoutReading, Questions, QueueLayout, RedisCommand } from "../layouts/queue-layout.ts";
import { UnexpectedReply } from "../layouts/replies.ts";
import type { AskedCommand, CommandBatch } from "./command-batch.ts";
import type { Exchange } from "./exchange.ts";
import { type Group, type OpenQueue, Track } from "./track.ts";

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

/** Which server holds a key, by any name that tells servers apart. */
export type NodeOf = (key: string) => string;

/**
 * Reads all queues side by side: the first commands of all go out one behind the other, and the second ones of those that have more to ask
 * as soon as their first are answered. A queue that fails takes no other with it, nor does a server that does not answer.
 *
 * @param now - the server's time, Unix milliseconds
 * @param nodeOf - which of several servers holds a key; left out where there is one
 */
export async function readQueues(
  queues: Iterable<ReadableQueue>,
  exchange: Exchange,
  now: number,
  nodeOf: NodeOf = () => "",
): Promise<readonly QueueOutcome[]> {
  const reading = new GroupedReading(exchange, now, nodeOf);
  await reading.run(queues);
  return reading.outcomes;
}

/** Commands after which those of a group go out: well under a millisecond of work, here and in the server, whose other clients wait for it. */
const GROUP_LENGTH = 100;

/**
 * One reading, in groups that leave one by one as they arrive: of thousands of queues few are under way at any time, so that what they leave
 * behind is young enough for the garbage collector to take it without a pause that anybody notices.
 */
class GroupedReading {
  readonly outcomes: QueueOutcome[] = [];
  readonly #exchange: Exchange;
  readonly #now: number;
  readonly #nodeOf: NodeOf;
  readonly #share = new LoopShare();
  readonly #tracks: Track[] = [];
  #hasSent = false;

  constructor(exchange: Exchange, now: number, nodeOf: NodeOf) {
    this.#exchange = exchange;
    this.#now = now;
    this.#nodeOf = nodeOf;
  }

  async run(queues: Iterable<ReadableQueue>): Promise<void> {
    const waiting = queues[Symbol.iterator]();
    for (;;) {
      const answered = this.#tracks.find((track) => track.isAnswered);
      const queue = answered !== undefined || this.#isFull() ? undefined : waiting.next().value;
      if (answered !== undefined) await this.#resume(answered);
      else if (queue !== undefined) this.#start(queue);
      else if (!this.#sendRest()) {
        const arrivals = this.#tracks.flatMap(({ underWay: [first] }) => first?.arrived ?? []);
        if (arrivals.length === 0) return;
        await Promise.race(arrivals);
      }
      if (this.#isTurnUsed()) await this.#pause();
    }
  }

  #isFull(): boolean {
    return this.#tracks.length > 0 && this.#tracks.every((track) => track.isFull);
  }

  /** Sends a group that nothing is to be added to, if there is one. */
  #sendRest(): boolean {
    for (const track of this.#tracks) {
      const group = track.isFull ? undefined : track.next.find(({ open }) => open.length > 0);
      if (group === undefined) continue;
      this.#send(track, group);
      return true;
    }
    return false;
  }

  #start(queue: ReadableQueue): void {
    const reading = queue.layout.read({ ...queue.fields, name: queue.name }, this.#now);
    this.#step({ queue, reading, problems: [] }, [], undefined, 0);
  }

  async #resume(track: Track): Promise<void> {
    const group = track.underWay.shift();
    if (group === undefined) return;
    for (const open of group.open) {
      const answers = answersOf(open);
      if (Array.isArray(answers)) this.#step(open, answers, track, group.round + 1);
      else this.outcomes.push({ queue: open.queue, failed: answers });
      if (this.#isTurnUsed()) await this.#pause();
    }
  }

  /** Takes one step of a reading; what it asks goes with the next group of the round. */
  #step(
    { queue, reading, problems }: Pick<OpenQueue, "queue" | "reading" | "problems">,
    answers: readonly unknown[],
    known: Track | undefined,
    round: number,
  ): void {
    try {
      const step = reading.next(answers);
      if (step.done) {
        this.outcomes.push({ queue, reading: step.value, problems });
        return;
      }
      const questions = step.value;
      const track = known ?? this.#trackOf(questions);
      const group = track.next[round];
      if (group === undefined) this.outcomes.push({ queue, failed: ASKS_TOO_MUCH });
      else {
        group.open.push({ queue, reading, problems, questions, asked: askAll(questions, group.batch) });
        if (group.batch.commands.length >= GROUP_LENGTH && !track.isFull) this.#send(track, group);
      }
    } catch (error) {
      this.outcomes.push({ queue, failed: unexpected(error) });
    }
  }

  /** A queue belongs to the server of the key that it asks for first. */
  #trackOf([first]: Questions): Track {
    const node = first === undefined ? "" : this.#nodeOf(commandOf(first)[1]);
    let track = this.#tracks.find((one) => one.node === node);
    if (track === undefined) {
      track = new Track(node);
      this.#tracks.push(track);
    }
    return track;
  }

  #send(track: Track, group: Group): void {
    this.#hasSent = true;
    track.next[group.round] = track.newGroup(group.round);
    track.underWay.push(group);
    group.arrived = this.#exchange(group.batch.commands).then((replies) => {
      group.batch.answer(replies);
      group.isAnswered = true;
    });
  }

  /** One group per turn of the event loop: what the server has answered in the meantime is taken before more is asked. */
  #isTurnUsed(): boolean {
    return this.#hasSent || this.#share.isUsed();
  }

  async #pause(): Promise<void> {
    this.#hasSent = false;
    await this.#share.pause();
  }
}

const ASKS_TOO_MUCH: ReadProblem = { reason: "error", detail: "the layout asks more than it may" };
const NO_REPLY: ReadProblem = { reason: "error", detail: "no reply" };

function askAll(questions: Questions, batch: CommandBatch): readonly AskedCommand[] {
  const asked = new Array<AskedCommand>(questions.length);
  for (let index = 0; index < questions.length; index++) {
    asked[index] = batch.add(commandOf(questions[index] as Questions[number]));
  }
  return asked;
}

function commandOf(question: Questions[number]): RedisCommand {
  return "optional" in question ? question.optional : question;
}

/** The answers to what a queue asked, or why it cannot go on. Of optional commands that failed the first says why. */
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

function unexpected(error: unknown): ReadProblem {
  const detail = error instanceof UnexpectedReply ? error.message : "the reader of this layout failed";
  return { reason: "error", detail };
}
