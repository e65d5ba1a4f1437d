import type { RedisCommand } from "./layouts/queue-layout.ts";

/** A command as a client takes it. */
export type Words = readonly (string | number | Buffer)[];

/**
 * Spells a command for the client: the subcommand as a word of its own, and a script with the number of its keys.
 *
 * @param key - the key as this client is to be given it; a client may add a prefix of its own
 */
export function commandWords(command: RedisCommand, key: string): Words {
  // Nearly all are spelled so already, and copies of thousands of commands are what a large reading leaves behind.
  const plain = !command[0].startsWith("eval") && !command[0].includes("|");
  if (plain && command[1] === key) return command;
  const [name, , ...args] = command;
  if (name === "eval_ro" || name === "eval" || name === "evalBuffer") {
    const [script = "", ...rest] = args;
    return [name, script, 1, key, ...rest];
  }
  return [...name.split("|"), key, ...args];
}
