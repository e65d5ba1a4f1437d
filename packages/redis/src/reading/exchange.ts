import type { RedisCommand } from "../layouts/queue-layout.ts";
import type { RedisReply } from "../redis-reply.ts";

/** Sends commands and answers for each in their order; never rejects. */
export type Exchange = (commands: readonly RedisCommand[]) => Promise<readonly RedisReply[]>;

/** Commands of a script that only reads, for servers before Redis 7, which know only `EVAL`. */
export function withoutEvalRo(exchange: Exchange): Exchange {
  return (commands) =>
    exchange(
      commands.map((command) => {
        const [name, key, ...args] = command;
        return name === "eval_ro" ? ["eval", key, ...args] : command;
      }),
    );
}

/** Whether a server answered that it does not know `EVAL_RO`. */
export function lacksEvalRo(replies: readonly RedisReply[]): boolean {
  return replies.some((reply) => !reply.ok && /^ERR unknown command.*eval_ro/i.test(reply.detail));
}
