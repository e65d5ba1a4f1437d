import { LoopShare } from "@taskvitals/core";
import { untilReady } from "./client-readiness.ts";
import type { Words } from "./command-words.ts";
import { type Deadline, EXPIRED } from "./deadline.ts";
import { holds, lastCommand } from "./held-command.ts";
import type { RedisNodeLike } from "./redis-client-like.ts";
import { connectionFailure, failure, type RedisFailure, type RedisReply, replyFailure } from "./redis-reply.ts";

/** The last pipeline that was sent. */
interface Sent {
  readonly last: unknown;
  settled: boolean;
}

/** Exchanges that are under way, all of one reading. */
interface Turn {
  readonly deadline: Deadline;
  exchanges: number;
  readonly over: PromiseWithResolvers<void>;
}

/** Commands per pipeline: long enough to be quick, short enough not to hold up the event loop. */
const PIPELINE_LENGTH = 400;

/** One connection to one server, on which at most one reading of ours is unanswered. */
export class Lane {
  readonly #client: RedisNodeLike;
  #turn: Turn | undefined;
  #sent: Sent | undefined;
  #lastError: Error | undefined;
  #listening = false;

  /** Takes a client that stays its owner's: the lane neither closes nor configures it. */
  constructor(client: RedisNodeLike) {
    this.#client = client;
  }

  /** Whether an answer is due for longer than its reading waited. */
  get overdue(): boolean {
    const sent = this.#sent;
    if (this.#turn !== undefined || sent === undefined) return false;
    const unanswered = sent.last === undefined ? !sent.settled : holds(this.#client, sent.last);
    if (!unanswered) this.#sent = undefined;
    return unanswered;
  }

  /** Sends the commands in pipelines, one behind the other; answers for each, within the deadline. Never rejects. */
  async exchange(commands: readonly Words[], deadline: Deadline): Promise<readonly RedisReply[]> {
    const all = (reply: RedisFailure): RedisReply[] => commands.map(() => reply);
    const turn = await this.#takeTurn(deadline);
    if (turn === undefined) return all(failure("timeout", "an earlier reading is still unanswered"));
    try {
      this.#listen();
      const obstacle = await untilReady(this.#client, deadline);
      if (obstacle !== undefined) return all(this.#explain(obstacle));
      this.#lastError = undefined;
      const { mode = "normal" } = this.#client;
      if (mode !== "normal") return all(failure("error", `the client is in ${mode} mode and cannot be asked`));
      return await this.#sendAll(commands, deadline);
    } catch (error) {
      return all(replyFailure(error as Error));
    } finally {
      this.#leave(turn);
    }
  }

  /** Takes the lane's listener off the client. */
  close(): void {
    if (this.#listening) this.#client.removeListener("error", this.#onError);
    this.#listening = false;
  }

  /** One reading at a time; what runs in the background is waited for, as it is short. */
  async #takeTurn(deadline: Deadline): Promise<Turn | undefined> {
    for (;;) {
      const current = this.#turn;
      if (current === undefined) {
        if (this.overdue) return undefined;
        const turn: Turn = { deadline, exchanges: 1, over: Promise.withResolvers() };
        this.#turn = turn;
        return turn;
      }
      if (current.deadline === deadline) {
        current.exchanges += 1;
        return current;
      }
      if (!deadline.patient && !current.deadline.patient) return undefined;
      if ((await deadline.race(current.over.promise)) === EXPIRED) return undefined;
    }
  }

  #leave(turn: Turn): void {
    turn.exchanges -= 1;
    if (turn.exchanges > 0) return;
    if (this.#turn === turn) this.#turn = undefined;
    turn.over.resolve();
  }

  async #sendAll(commands: readonly Words[], deadline: Deadline): Promise<readonly RedisReply[]> {
    const share = new LoopShare();
    const pipelines: Promise<readonly RedisReply[]>[] = [];
    for (let start = 0; start < commands.length; start += PIPELINE_LENGTH) {
      // What is over is over; the rest is not sent.
      if (start > 0) await share.pause();
      if (deadline.expired) break;
      const batch = commands.slice(start, start + PIPELINE_LENGTH);
      const replies = this.#send(batch).catch((error: Error) => batch.map(() => replyFailure(error)));
      pipelines.push(replies);
    }
    const late = failure("timeout", "no answer in time");
    const answered: RedisReply[] = [];
    for (const pipeline of pipelines) {
      const replies = await deadline.race(pipeline);
      if (replies === EXPIRED) break;
      for (const reply of replies) answered.push(reply);
    }
    while (answered.length < commands.length) answered.push(late);
    return answered;
  }

  async #send(commands: readonly Words[]): Promise<readonly RedisReply[]> {
    const pipeline = this.#client.pipeline(commands.map((command) => [...command]));
    const answer = pipeline.exec();
    const sent: Sent = { last: lastCommand(pipeline), settled: false };
    this.#sent = sent;
    try {
      const results = await answer;
      return commands.map((_, index) => {
        const [error, value] = results?.[index] ?? [new Error("no reply")];
        return error ? replyFailure(error) : { ok: true, value };
      });
    } finally {
      sent.settled = true;
    }
  }

  readonly #onError = (error: Error): void => {
    this.#lastError = error;
  };

  /** Without an error listener ioredis prints errors; one of ours must not be the reason that it stops. */
  #listen(): void {
    if (this.#listening || this.#client.listenerCount("error") === 0) return;
    this.#client.on("error", this.#onError);
    this.#listening = true;
  }

  #explain(obstacle: RedisFailure): RedisFailure {
    return obstacle.reason === "refused" && this.#lastError ? connectionFailure(this.#lastError) : obstacle;
  }
}
