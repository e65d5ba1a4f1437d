import type { Words } from "./command-words.ts";
import { lastCommand } from "./held-command.ts";
import type { RedisNodeLike } from "./redis-client-like.ts";
import { type RedisReply, replyFailure } from "./redis-reply.ts";

/** Commands that went out together. */
export interface SentPipeline {
  /** What stands for the last of them in the client's queue, when the client shows it. */
  readonly last: unknown;
  /** One reply per command. May reject, when the client itself fails. */
  readonly replies: Promise<readonly RedisReply[]>;
}

/** Sends commands to one server as one pipeline. */
export type SendPipeline = (commands: readonly Words[]) => SentPipeline;

/** Sends through the pipelines of the client, as it is configured. */
export function clientPipelines(client: RedisNodeLike): SendPipeline {
  return (commands) => {
    // The client copies them.
    const pipeline = client.pipeline(commands as unknown[][]);
    return { replies: pipeline.exec().then((results) => repliesOf(commands, results)), last: lastCommand(pipeline) };
  };
}

function repliesOf(
  commands: readonly Words[],
  results: readonly [error: Error | null, result: unknown][] | null,
): readonly RedisReply[] {
  return commands.map((_, index) => {
    const result = results?.[index];
    if (result === undefined) return replyFailure(new Error("no reply"));
    return result[0] ? replyFailure(result[0]) : { ok: true, value: result[1] };
  });
}
