#!/usr/bin/env node
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { runCommandLine } from "./run-command-line.ts";

/** Settles with the first signal that asks to end. A second one ends the process at once. */
async function untilAsked(): Promise<void> {
  // A timer that never comes keeps the process alive: the page alone does not.
  const life = setInterval(() => {}, 2 ** 30);
  await Promise.race([once(process, "SIGTERM"), once(process, "SIGINT")]);
  clearInterval(life);
}

const args = process.argv.slice(2);
// The list of processes then shows this instead of the arguments, which may hold a password.
process.title = "taskvitals-exporter";
process.on("uncaughtException", (error: NodeJS.ErrnoException) => {
  // Of a socket that was given up in the middle of its handshake: ioredis listens to it no more, and nothing depends on it.
  if (error.code?.startsWith("ERR_SSL_")) return;
  // Only the kind and the place: a foreign message may quote anything.
  const place = /([\w.-]+:\d+):\d+\)?$/m.exec(error.stack ?? "")?.[1] ?? "an unknown place";
  process.stderr.write(`taskvitals-exporter: it failed unexpectedly (${error.name} at ${place}).\n`);
  process.exit(1);
});
const { version } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8")) as {
  version: string;
};
const { env: environment, stdout, stderr } = process;
process.exit(await runCommandLine(args, { environment, stdout, stderr, version, untilAsked }));
