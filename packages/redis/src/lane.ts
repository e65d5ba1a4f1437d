import { LoopShare } from "@taskvitals/core";
import { ClientReadiness } from "./client-readiness.ts";
import type { Words } from "./command-words.ts";
import { type Deadline, EXPIRED } from "./deadline.ts";
import { holds } from "./held-command.ts";
import { LastError } from "./last-error.ts";
import { clientPipelines, type SendPipeline } from "./pipeline.ts";
import type { RedisNodeLike } from "./redis-client-like.ts";
import { failure, type RedisFailure, type RedisReply, replyFailure } from "./redis-reply.ts";

/** The last pipeline of a turn. */
interface Sent {
  readonly turn: Turn;
  readonly last: unknown;
  settled: boolean;
}

/** Exchanges that are under way, all of one reading or of one step in the background. */
interface Turn {
  readonly deadline: Deadline;
  exchanges: number;
  readonly over: PromiseWithResolvers<void>;
}

/** Commands per pipeline: long enough to be quick, short enough not to hold up the event loop. */
const PIPELINE_LENGTH = 400;

const LATE = failure("timeout", "no answer in time");

/** One connection to one server, on which at most one reading of ours is unanswered, and one step in the background. */
export class Lane {
  readonly #client: RedisNodeLike;
  readonly #sendPipeline: SendPipeline;
  readonly #readiness: ClientReadiness;
  #reading: Turn | undefined;
  /** The last reading that there was, which may have more to send while nothing of it is unanswered. */
  #reader: Deadline | undefined;
  #background: Turn | undefined;
  #sent: readonly Sent[] = [];
  readonly #lastError: LastError;

  /** Takes a client that stays its owner's: the lane neither closes nor configures it. */
  constructor(client: RedisNodeLike, sendPipeline: SendPipeline = clientPipelines(client)) {
    this.#client = client;
    this.#sendPipeline = sendPipeline;
    this.#readiness = new ClientReadiness(client);
    this.#lastError = new LastError(client);
  }

  /** Whether an answer is due for longer than its reading waited. */
  get overdue(): boolean {
    if (this.#reading !== undefined) return false;
    this.#sent = this.#sent.filter(({ last, settled }) => (last === undefined ? !settled : holds(this.#client, last)));
    return this.#sent.some(({ turn }) => turn.exchanges === 0);
  }

  /**
   * Sends the commands in pipelines, one behind the other; answers for each, within the deadline. Never rejects.
   *
   * @param onSend - called when the first of them goes out, after any wait for the connection
   */
  async exchange(commands: readonly Words[], deadline: Deadline, onSend?: () => void): Promise<readonly RedisReply[]> {
    const all = (reply: RedisFailure): RedisReply[] => commands.map(() => reply);
    // The rest of a reading whose time is over: what is unanswered is its own.
    if (deadline.expired && deadline === this.#reader && this.#client.status === "ready") return all(LATE);
    const turn = deadline.patient ? await this.#takeBackground(deadline) : this.#takeReading(deadline);
    if (turn === undefined) return all(failure("timeout", "an earlier reading is still unanswered"));
    try {
      this.#lastError.listen();
      const obstacle = await this.#readiness.until(deadline);
      if (obstacle !== undefined) return all(this.#lastError.explain(obstacle));
      this.#lastError.forget();
      const { mode = "normal" } = this.#client;
      if (mode !== "normal") return all(failure("error", `the client is in ${mode} mode and cannot be asked`));
      onSend?.();
      return await this.#sendAll(commands, turn);
    } catch (error) {
      return all(replyFailure(error as Error));
    } finally {
      this.#leave(turn);
    }
  }

  /** Takes the lane's listener off the client. */
  close(): void {
    this.#lastError.close();
  }

  /** One reading at a time. It waits for nothing in the background: that is short, and what goes out behind it is answered behind it. */
  #takeReading(deadline: Deadline): Turn | undefined {
    const current = this.#reading;
    if (current?.deadline === deadline) {
      current.exchanges += 1;
      return current;
    }
    const isAnothers = this.#reader !== undefined && this.#reader !== deadline && !this.#reader.over;
    if (current !== undefined || isAnothers || this.overdue) return undefined;
    this.#reader = deadline;
    this.#reading = newTurn(deadline);
    return this.#reading;
  }

  /** What runs in the background waits until nothing else does. */
  async #takeBackground(deadline: Deadline): Promise<Turn | undefined> {
    for (;;) {
      const current = this.#reading ?? this.#background;
      if (current === undefined) {
        if (this.overdue) return undefined;
        this.#background = newTurn(deadline);
        return this.#background;
      }
      if ((await deadline.race(current.over.promise)) === EXPIRED) return undefined;
    }
  }

  #leave(turn: Turn): void {
    turn.exchanges -= 1;
    if (turn.exchanges > 0) return;
    if (this.#reading === turn) this.#reading = undefined;
    if (this.#background === turn) this.#background = undefined;
    turn.over.resolve();
  }

  async #sendAll(commands: readonly Words[], turn: Turn): Promise<readonly RedisReply[]> {
    const { deadline } = turn;
    const share = new LoopShare();
    const pipelines: Promise<readonly RedisReply[]>[] = [];
    for (let start = 0; start < commands.length; start += PIPELINE_LENGTH) {
      // What is over is over; the rest is not sent.
      if (start > 0) await share.pause();
      if (deadline.expired) break;
      const batch = commands.slice(start, start + PIPELINE_LENGTH);
      const replies = this.#send(batch, turn).catch((error: Error) => batch.map(() => replyFailure(error)));
      pipelines.push(replies);
    }
    const answered: RedisReply[] = [];
    for (const pipeline of pipelines) {
      const replies = await deadline.race(pipeline);
      if (replies === EXPIRED) break;
      for (const reply of replies) answered.push(reply);
    }
    while (answered.length < commands.length) answered.push(LATE);
    return answered;
  }

  async #send(commands: readonly Words[], turn: Turn): Promise<readonly RedisReply[]> {
    const { last, replies } = this.#sendPipeline(commands);
    const sent: Sent = { turn, last, settled: false };
    this.#sent = [...this.#sent.filter((earlier) => earlier.turn !== turn), sent];
    try {
      return await replies;
    } finally {
      sent.settled = true;
    }
  }
}

function newTurn(deadline: Deadline): Turn {
  return { deadline, exchanges: 1, over: Promise.withResolvers() };
}
