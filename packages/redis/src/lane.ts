import { untilReady } from "./client-readiness.ts";
import { type Deadline, EXPIRED } from "./deadline.ts";
import { holds, lastCommand } from "./held-command.ts";
import type { RedisNodeLike } from "./redis-client-like.ts";
import { connectionFailure, failure, type RedisFailure, type RedisReply, replyFailure } from "./redis-reply.ts";

/** A pipeline that was given up on. */
interface Sent {
  readonly last: unknown;
  settled: boolean;
}

/** One connection to one server, on which at most one pipeline of ours is unanswered. */
export class Lane {
  readonly #client: RedisNodeLike;
  #busy = false;
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
    if (this.#busy || sent === undefined) return false;
    const unanswered = sent.last === undefined ? !sent.settled : holds(this.#client, sent.last);
    if (!unanswered) this.#sent = undefined;
    return unanswered;
  }

  /** Sends the commands as one pipeline; answers for each, within the deadline. Never rejects. */
  async exchange(commands: readonly (readonly string[])[], deadline: Deadline): Promise<readonly RedisReply[]> {
    const all = (reply: RedisFailure): RedisReply[] => commands.map(() => reply);
    if (this.#busy || this.overdue) return all(failure("timeout", "an earlier reading is still unanswered"));
    this.#busy = true;
    try {
      this.#listen();
      const obstacle = await untilReady(this.#client, deadline);
      if (obstacle !== undefined) return all(this.#explain(obstacle));
      this.#lastError = undefined;
      const { mode = "normal" } = this.#client;
      if (mode !== "normal") return all(failure("error", `the client is in ${mode} mode and cannot be asked`));
      const replies = await deadline.race(this.#send(commands));
      return replies === EXPIRED ? all(failure("timeout", "no answer in time")) : replies;
    } catch (error) {
      return all(replyFailure(error as Error));
    } finally {
      this.#busy = false;
    }
  }

  /** Takes the lane's listener off the client. */
  close(): void {
    if (this.#listening) this.#client.removeListener("error", this.#onError);
    this.#listening = false;
  }

  async #send(commands: readonly (readonly string[])[]): Promise<readonly RedisReply[]> {
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
