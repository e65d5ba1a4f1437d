import { expect, test } from "vitest";
import { readHostCpuTimes } from "../../src/host/cpu-times.ts";

const stat = (line: string) => () => readHostCpuTimes(async () => `${line}\ncpu0 1 1 1 1 1 1 1 1 1 1\nintr 0\n`);

test("use and capacity are the fields of the first line, in hundredths of a second", async () => {
  // user nice system idle iowait irq softirq steal guest guest_nice; the guests are contained in user and nice.
  expect(await stat("cpu  1000 200 300 5000 400 50 50 100 700 150")()).toEqual({
    usedSeconds: 17,
    availableSeconds: 71,
  });
});

test("a kernel that knows fewer fields will do", async () => {
  expect(await stat("cpu  100 0 100 800")()).toEqual({ usedSeconds: 2, availableSeconds: 10 });
});

test.each(["", "cpu0 1 2 3 4", "cpu 1 2 3", "cpu a b c d"])(
  "%j is refused instead of being read as something",
  async (line) => {
    await expect(stat(line)()).rejects.toThrow("/proc/stat");
  },
);

test("this machine's own times rise", async () => {
  const before = await readHostCpuTimes();
  await expect.poll(async () => (await readHostCpuTimes()).availableSeconds).toBeGreaterThan(before.availableSeconds);
  expect(before.usedSeconds).toBeGreaterThan(0);
  expect(before.availableSeconds).toBeGreaterThanOrEqual(before.usedSeconds);
});
