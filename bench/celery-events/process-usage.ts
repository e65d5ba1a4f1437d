import { readFileSync } from "node:fs";

/** What a process of this machine has used so far. */
export interface ProcessUsage {
  readonly cpuMs: number;
  /** Resident memory. */
  readonly rssBytes: number;
}

/** Clock ticks per second in `/proc`: 100 on every Linux that Node.js runs on. */
const TICKS_PER_SECOND = 100;

/** Reads it from `/proc`, which Linux alone has. */
export function processUsage(pid: number): ProcessUsage {
  // The second field is the program's name in brackets, with whatever in it.
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8")
    .replace(/^.*\) /s, "")
    .split(" ");
  const ticks = Number(fields[11]) + Number(fields[12]);
  const kilobytes = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
  return { cpuMs: (1000 * ticks) / TICKS_PER_SECOND, rssBytes: 1024 * Number(kilobytes) };
}
