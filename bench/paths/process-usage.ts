import { readdirSync, readFileSync } from "node:fs";

/** What a process has used. */
export interface ProcessUsage {
  /** Processor time of all its threads so far, in milliseconds. */
  readonly cpuMs: number;
  /** Resident memory now. */
  readonly rssBytes: number;
}

/** Reads it from /proc, processor time to the nanosecond; that of threads that have ended is missing. */
export function usageOf(pid: number): ProcessUsage {
  const tasks = `/proc/${pid}/task`;
  let nanoseconds = 0;
  for (const thread of readdirSync(tasks)) {
    nanoseconds += Number(readFileSync(`${tasks}/${thread}/schedstat`, "utf8").split(" ")[0]);
  }
  const kilobytes = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
  return { cpuMs: nanoseconds / 1e6, rssBytes: 1024 * Number(kilobytes) };
}
