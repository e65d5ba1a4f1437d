import { expect, test } from "vitest";
import { cgroupCpuTimes, findCgroupCpu, type ReadText } from "../../src/host/cgroup-cpu.ts";

/** A tree of files; what is not in it is missing. */
const tree =
  (files: Readonly<Record<string, string>>): ReadText =>
  async (path) => {
    const text = files[path];
    if (text === undefined) throw Object.assign(new Error(`no ${path}`), { code: "ENOENT" });
    return text;
  };

const found = async (
  files: Record<string, string>,
): Promise<{ limitCores: number; usedSeconds: number } | undefined> => {
  const cgroup = await findCgroupCpu(tree(files));
  return cgroup && { limitCores: cgroup.limitCores, usedSeconds: await cgroup.usedSeconds() };
};

const USAGE = "usage_usec 2500000\nuser_usec 2000000\nsystem_usec 500000\n";

test("version 2: the limit and the use of a container, which sees itself at the root", async () => {
  const files = {
    "/proc/self/cgroup": "0::/\n",
    "/sys/fs/cgroup/cpu.max": "150000 100000\n",
    "/sys/fs/cgroup/cpu.stat": USAGE,
  };
  expect(await found(files)).toEqual({ limitCores: 1.5, usedSeconds: 2.5 });
});

test("version 2: of nested limits the tightest binds, with its own use", async () => {
  const files = {
    "/proc/self/cgroup": "0::/kubepods/pod1/container\n",
    "/sys/fs/cgroup/kubepods/pod1/container/cpu.max": "400000 100000\n",
    "/sys/fs/cgroup/kubepods/pod1/container/cpu.stat": "usage_usec 1000000\n",
    "/sys/fs/cgroup/kubepods/pod1/cpu.max": "50000 100000\n",
    "/sys/fs/cgroup/kubepods/pod1/cpu.stat": "usage_usec 3000000\n",
    "/sys/fs/cgroup/kubepods/cpu.max": "max 100000\n",
  };
  expect(await found(files)).toEqual({ limitCores: 0.5, usedSeconds: 3 });
});

test("version 2: where only the root of the host's path is mounted, the root counts", async () => {
  const files = {
    "/proc/self/cgroup": "0::/../../system.slice/docker-1.scope\n",
    "/sys/fs/cgroup/cpu.max": "200000 100000\n",
    "/sys/fs/cgroup/cpu.stat": USAGE,
  };
  expect(await found(files)).toEqual({ limitCores: 2, usedSeconds: 2.5 });
});

test.each(["cpu,cpuacct", "cpuacct,cpu", "cpu"])(
  "version 1: the controller may be listed as %s",
  async (controller) => {
    const files = {
      "/proc/self/cgroup": `12:cpuset:/docker/1\n4:${controller}:/docker/1\n1:name=systemd:/docker/1\n`,
      "/sys/fs/cgroup/cpu/docker/1/cpu.cfs_quota_us": "25000\n",
      "/sys/fs/cgroup/cpu/docker/1/cpu.cfs_period_us": "50000\n",
      "/sys/fs/cgroup/cpu/docker/1/cpuacct.usage": "7500000000\n",
    };
    expect(await found(files)).toEqual({ limitCores: 0.5, usedSeconds: 7.5 });
  },
);

test("version 1: the folder may have both names, and the container's own group may be its root", async () => {
  const files = {
    "/proc/self/cgroup": "4:cpu,cpuacct:/docker/1\n",
    "/sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us": "100000\n",
    "/sys/fs/cgroup/cpu,cpuacct/cpu.cfs_period_us": "100000\n",
    "/sys/fs/cgroup/cpu,cpuacct/cpuacct.usage": "1000000000\n",
  };
  expect(await found(files)).toEqual({ limitCores: 1, usedSeconds: 1 });
});

test("a host with both versions is read by the one that limits", async () => {
  const files = {
    "/proc/self/cgroup": "4:cpu:/job\n0::/job\n",
    "/sys/fs/cgroup/cpu/job/cpu.cfs_quota_us": "300000\n",
    "/sys/fs/cgroup/cpu/job/cpu.cfs_period_us": "100000\n",
    "/sys/fs/cgroup/cpu/job/cpuacct.usage": "0\n",
  };
  expect(await found(files)).toEqual({ limitCores: 3, usedSeconds: 0 });
});

test.each([
  ["there are no control groups", {}],
  ["version 2 has no limit", { "/proc/self/cgroup": "0::/\n", "/sys/fs/cgroup/cpu.max": "max 100000\n" }],
  ["version 2 hides its files", { "/proc/self/cgroup": "0::/\n" }],
  ["version 2 holds something else", { "/proc/self/cgroup": "0::/\n", "/sys/fs/cgroup/cpu.max": "plenty\n" }],
  [
    "version 1 has no limit",
    {
      "/proc/self/cgroup": "4:cpu:/\n",
      "/sys/fs/cgroup/cpu/cpu.cfs_quota_us": "-1\n",
      "/sys/fs/cgroup/cpu/cpu.cfs_period_us": "100000\n",
    },
  ],
  ["only other controllers are there", { "/proc/self/cgroup": "3:cpuset:/\n2:memory:/\n" }],
])("there is no limit where %s", async (_, files) => {
  expect(await found(files)).toBeUndefined();
});

test("use that can no longer be read rejects, and is not taken for zero", async () => {
  const files: Record<string, string> = {
    "/proc/self/cgroup": "0::/\n",
    "/sys/fs/cgroup/cpu.max": "100000 100000\n",
    "/sys/fs/cgroup/cpu.stat": "nr_periods 0\n",
  };
  const cgroup = await findCgroupCpu(tree(files));
  await expect(cgroup?.usedSeconds()).rejects.toThrow("usage_usec");
  delete files["/sys/fs/cgroup/cpu.stat"];
  await expect(cgroup?.usedSeconds()).rejects.toThrow("cpu.stat");
});

test("what could be used grows by elapsed time and the limit, and never by more cores than there are", async () => {
  let now = 10;
  const cgroup = { limitCores: 1.5, usedSeconds: async () => 4 };
  const times = cgroupCpuTimes(cgroup, () => now, 8);
  expect(await times()).toEqual({ usedSeconds: 4, availableSeconds: 15 });
  now = 12;
  expect(await times()).toEqual({ usedSeconds: 4, availableSeconds: 18 });
  expect(await cgroupCpuTimes({ ...cgroup, limitCores: 64 }, () => 10, 2)()).toEqual({
    usedSeconds: 4,
    availableSeconds: 20,
  });
});
