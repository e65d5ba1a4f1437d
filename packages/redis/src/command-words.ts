import type { RedisCommand } from "./layouts/queue-layout.ts";

/** A command as a client takes it. */
export type Words = readonly (string | number)[];

/**
 * Spells a command for the client: the subcommand as a word of its own, and a script with the number of its keys.
 *
 * @param key - the key as this client is to be given it; a client may add a prefix of its own
 */
export function commandWords([name, , ...args]: RedisCommand, key: string): Words {
  if (name === "eval_ro" || name === "eval") {
    const [script = "", ...rest] = args;
    return [name, script, 1, key, ...rest];
  }
  return [...name.split("|"), key, ...args];
}
