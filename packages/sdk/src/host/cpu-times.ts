import { readFile } from "node:fs/promises";
import { cpus } from "node:os";

/** Accumulated CPU use at one moment; the difference of two readings over time is a percentage. */
export interface CpuTimes {
  /** CPU time in use so far, in seconds. */
  readonly usedSeconds: number;
  /** CPU time that could have been used so far, in seconds; grows by elapsed time × cores. */
  readonly availableSeconds: number;
}

/** Reads {@link CpuTimes}; rejects where it cannot. */
export type CpuTimesReader = () => Promise<CpuTimes>;

const USER_HZ = 100;

/**
 * Reads the host's CPU times. On Linux from the first line of `/proc/stat`, without blocking; elsewhere through `os.cpus()`.
 *
 * @param readStat - reads the text of `/proc/stat`; for tests
 */
export async function readHostCpuTimes(readStat: () => Promise<string> = procStat): Promise<CpuTimes> {
  if (process.platform !== "linux") return timesOfCpus();
  return parseProcStat(await readStat());
}

const procStat = (): Promise<string> => readFile("/proc/stat", "utf8");

/**
 * Adds up the first line of `/proc/stat`. Time stolen by a hypervisor counts as used, since nobody else here can have it, and time spent
 * waiting for disks as unused: the formula of `psutil.cpu_percent`, which the reference platform reports.
 */
function parseProcStat(text: string): CpuTimes {
  const line = text.split("\n", 1)[0] ?? "";
  const fields = line.trim().split(/\s+/);
  const ticks = fields.slice(1).map(Number);
  if (fields[0] !== "cpu" || ticks.length < 4 || ticks.some(Number.isNaN)) {
    throw new Error("the first line of /proc/stat is not the sum of all CPUs");
  }
  const [user = 0, nice = 0, system = 0, idle = 0, iowait = 0, irq = 0, softirq = 0, steal = 0] = ticks;
  // guest and guest_nice are contained in user and nice.
  const used = user + nice + system + irq + softirq + steal;
  return { usedSeconds: used / USER_HZ, availableSeconds: (used + idle + iowait) / USER_HZ };
}

function timesOfCpus(): CpuTimes {
  let used = 0;
  let available = 0;
  for (const { times } of cpus()) {
    const busy = times.user + times.nice + times.sys + times.irq;
    used += busy;
    available += busy + times.idle;
  }
  return { usedSeconds: used / 1000, availableSeconds: available / 1000 };
}
