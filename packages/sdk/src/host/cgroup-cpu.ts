import { readFile } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { posix } from "node:path";
import type { CpuTimesReader } from "./cpu-times.ts";

/** A CPU limit of the control group that the process lives in. */
export interface CgroupCpu {
  /** CPU cores that the group may use; may be a fraction. */
  readonly limitCores: number;
  /** Reads the CPU time the group has used so far, in seconds. */
  readonly usedSeconds: () => Promise<number>;
}

/** Reads a text file; rejects where it is missing. */
export type ReadText = (path: string) => Promise<string>;

const readText: ReadText = (path) => readFile(path, "utf8");

/**
 * Finds the tightest CPU limit that binds the process, in cgroup v2 or v1. `undefined` where there is none, which includes
 * every platform that is not Linux.
 *
 * @param read - reads a file; for tests on trees of files
 */
export async function findCgroupCpu(read: ReadText = readText): Promise<CgroupCpu | undefined> {
  const membership = await read("/proc/self/cgroup").catch(() => undefined);
  if (membership === undefined) return undefined;
  return (await findVersion2(membership, read)) ?? (await findVersion1(membership, read));
}

async function findVersion2(membership: string, read: ReadText): Promise<CgroupCpu | undefined> {
  const path = /^0::(.*)$/m.exec(membership)?.[1];
  if (path === undefined) return undefined;
  return tightest("/sys/fs/cgroup", path, async (folder) => {
    const [quota, period] = (await read(`${folder}/cpu.max`)).trim().split(/\s+/);
    if (quota === undefined || quota === "max") return undefined;
    return {
      limitCores: Number(quota) / Number(period ?? 100_000),
      usedSeconds: async () => {
        const usage = /^usage_usec (\d+)$/m.exec(await read(`${folder}/cpu.stat`))?.[1];
        if (usage === undefined) throw new Error(`cpu.stat holds no usage_usec`);
        return Number(usage) / 1e6;
      },
    };
  });
}

async function findVersion1(membership: string, read: ReadText): Promise<CgroupCpu | undefined> {
  const path = /^\d+:(?:[^:]*,)?cpu(?:,[^:]*)?:(.*)$/m.exec(membership)?.[1];
  if (path === undefined) return undefined;
  for (const root of ["/sys/fs/cgroup/cpu", "/sys/fs/cgroup/cpu,cpuacct"]) {
    const found = await tightest(root, path, async (folder) => {
      const quota = Number(await read(`${folder}/cpu.cfs_quota_us`));
      const period = Number(await read(`${folder}/cpu.cfs_period_us`));
      if (!(quota > 0)) return undefined;
      return {
        limitCores: quota / period,
        usedSeconds: async () => Number(await read(`${folder}/cpuacct.usage`)) / 1e9,
      };
    });
    if (found !== undefined) return found;
  }
  return undefined;
}

/**
 * Walks from the process' own group up to the root, since a limit on a parent binds as well. Inside a container the path in
 * `/proc/self/cgroup` may be the host's, of which only the root is mounted; folders that are missing are passed over.
 */
async function tightest(
  root: string,
  path: string,
  inspect: (folder: string) => Promise<CgroupCpu | undefined>,
): Promise<CgroupCpu | undefined> {
  let best: CgroupCpu | undefined;
  for (let at = posix.normalize(`/${path}`); ; at = posix.dirname(at)) {
    const found = await inspect(at === "/" ? root : root + at).catch(() => undefined);
    if (found !== undefined && found.limitCores > 0 && (best === undefined || found.limitCores < best.limitCores)) {
      best = found;
    }
    if (at === "/") return best;
  }
}

/**
 * Times against a limit: what the group used, of limit × elapsed time.
 *
 * @param hostCores - cores there are at all; a limit above them does not bind
 */
export function cgroupCpuTimes(
  cgroup: CgroupCpu,
  monotonicSeconds: () => number,
  hostCores: number = availableParallelism(),
): CpuTimesReader {
  const cores = Math.min(cgroup.limitCores, hostCores);
  return async () => ({
    usedSeconds: await cgroup.usedSeconds(),
    availableSeconds: monotonicSeconds() * cores,
  });
}
