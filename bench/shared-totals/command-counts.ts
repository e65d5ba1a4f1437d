import type { Redis } from "ioredis";

/** Commands that a server has executed. */
export interface CommandCounts {
  /** What clients sent: scripts, and reads beside them. What runs inside a script is not sent. */
  readonly sent: number;
  /** All that were executed, those inside of scripts too. */
  readonly executed: number;
  /** What they took the server. */
  readonly microseconds: number;
}

/** Commands of the shared totals that are only ever sent by themselves, and those of the peer. */
const SENT = new Set(["eval", "get", "hscan", "incr"]);
/** What asks for these counts. */
const OURS = new Set(["info", "ping", "hello", "client", "client|setinfo", "config|resetstat"]);

/** Forgets what was counted. */
export async function forgetCounts(server: Redis): Promise<void> {
  await server.config("RESETSTAT");
}

/** What was executed since then. Slots that are long enough to be sent beside their script are one command more than is counted as sent. */
export async function commandCounts(server: Redis): Promise<CommandCounts> {
  const stats = await server.info("commandstats");
  let [sent, executed, microseconds] = [0, 0, 0];
  for (const [, name = "", calls, usec] of stats.matchAll(/^cmdstat_([^:]+):calls=(\d+),usec=(\d+)/gm)) {
    if (SENT.has(name)) {
      sent += Number(calls);
      // The time of a script is that of all it does.
      microseconds += Number(usec);
    }
    if (!OURS.has(name)) executed += Number(calls);
  }
  return { sent, executed, microseconds };
}
