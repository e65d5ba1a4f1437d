import type { RedisCommand } from "../layouts/queue-layout.ts";
import type { RedisReply } from "../redis-reply.ts";

/** Sends commands and answers for each in their order; never rejects. */
export type Exchange = (commands: readonly RedisCommand[]) => Promise<readonly RedisReply[]>;

/**
 * Scripts that only read, on servers before Redis 7, which know only `EVAL`: what such a server refused is asked again, and from then on
 * asked rightly.
 */
export class ScriptFallback {
  #hasEvalRo = true;

  /** Exchanges with a server whose version is not known. */
  over(exchange: Exchange): Exchange {
    return async (commands) => {
      if (!this.#hasEvalRo) return exchange(commands.map(asEval));
      const replies = await exchange(commands);
      if (!replies.some(lacksEvalRo)) return replies;
      const refused = [...replies.keys()].filter((index) => lacksEvalRo(replies[index]));
      this.#hasEvalRo = false;
      const again = await exchange(refused.map((index) => asEval(commands[index] as RedisCommand)));
      const answers = [...replies];
      for (const [place, index] of refused.entries()) answers[index] = again[place] as RedisReply;
      return answers;
    };
  }
}

function asEval(command: RedisCommand): RedisCommand {
  const [name, key, ...args] = command;
  return name === "eval_ro" ? ["eval", key, ...args] : command;
}

function lacksEvalRo(reply: RedisReply | undefined): boolean {
  return reply?.ok === false && /^ERR unknown command.*eval_ro/i.test(reply.detail);
}
