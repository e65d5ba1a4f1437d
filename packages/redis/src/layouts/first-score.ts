import { type OptionalCommand, optional } from "./queue-layout.ts";

/** The first member, which may be a whole payload, stays in the server. */
const FIRST_SCORE = "return redis.call('ZRANGE',KEYS[1],0,0,'WITHSCORES')[2] or false";

/** Asks for the lowest score of a sorted set, and for no member. A read-only script: needs `eval_ro` and `zrange`. */
export function firstScore(key: string): OptionalCommand {
  return optional("eval_ro", key, FIRST_SCORE);
}
