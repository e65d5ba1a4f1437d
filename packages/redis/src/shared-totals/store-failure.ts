import type { RedisFailure } from "../redis-reply.ts";
import { COMMANDS } from "./slot-scripts.ts";

/** Why the store of shared totals did not do what it was asked. */
export interface StoreFailure {
  /** One line for a log, with the remedy where there is one; free of credentials. */
  readonly message: string;
  /** Whether somebody has to do something about it: it does not pass by itself. */
  readonly wantsRemedy: boolean;
}

/** What Redis says when it refuses, what that means, and what to do. Before Redis 7 it stands in the middle of what a script says of itself. */
const REFUSALS: readonly (readonly [said: RegExp, meaning: string, remedy: (keys: string) => string])[] = [
  [
    /\bOOM command not allowed/,
    "Redis is full (OOM) and takes no slot",
    () => "Nothing is lost, and it catches up: raise maxmemory, or give the shared totals a Redis of their own",
  ],
  [
    /\bREADONLY\b|read only replica/i,
    "this Redis is a replica and takes no slot",
    () => "Give the URL of the master, or a client that asks Sentinels or a Cluster for it",
  ],
  [
    /\bNOPERM\b|ACL failure in script|user executing the script can't/,
    "the user of Redis may not do what it takes",
    (keys) => `Allow it the keys ~${keys}* and the commands ${COMMANDS.map((name) => `+${name}`).join(" ")}`,
  ],
  [
    /\bWRONGTYPE\b|against a key holding the wrong kind/,
    "a key of the shared totals holds what something else put there",
    (keys) => `Choose another namespace, or delete the keys ${keys}*`,
  ],
  [
    /\bMISCONF\b/,
    "Redis takes no slot because it cannot write to its disk (MISCONF)",
    () => "Its own log says what is wrong with the disk",
  ],
  [
    /\bNOREPLICAS\b|Not enough good replicas/,
    "Redis takes no slot because too few replicas are in step (NOREPLICAS)",
    () => "See min-replicas-to-write",
  ],
  [
    /unknown command|Unknown Redis command|No such command/i,
    "this server does not know a command that it takes",
    () => "Redis 6.2 and later, and Valkey, know all of them",
  ],
];

/** Says what went wrong, and names what somebody can do about it. */
export function storeFailure({ reason, detail }: RedisFailure, keys: string): StoreFailure {
  const known = REFUSALS.find(([said]) => said.test(detail));
  if (known === undefined)
    return { message: `The shared totals cannot be kept in Redis: ${reason} (${detail}).`, wantsRemedy: false };
  const [, meaning, remedy] = known;
  return {
    message: `The shared totals cannot be kept in Redis: ${meaning}. ${remedy(keys)}.`,
    wantsRemedy: true,
  };
}
