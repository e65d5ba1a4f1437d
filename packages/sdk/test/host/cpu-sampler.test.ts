import { afterEach, beforeEach, expect, onTestFinished, test, vi } from "vitest";
import { CPU_WINDOW_MS, type CpuSampler, startCpuSampler, usedPercent } from "../../src/host/cpu-sampler.ts";
import type { CpuTimes } from "../../src/host/cpu-times.ts";

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
});

afterEach(() => {
  vi.useRealTimers();
});

/** A sampler of the readings given; each is an answer or a failure. */
function sampler(readings: (CpuTimes | Error)[]): { sampler: CpuSampler; errors: unknown[] } {
  const errors: unknown[] = [];
  const read = async (): Promise<CpuTimes> => {
    const next = readings.shift() ?? expect.fail("read too often");
    if (next instanceof Error) throw next;
    return next;
  };
  const started = startCpuSampler(read, (error) => errors.push(error));
  onTestFinished(() => started.stop());
  return { sampler: started, errors };
}

const times = (usedSeconds: number, availableSeconds: number): CpuTimes => ({ usedSeconds, availableSeconds });

test.each([
  [times(1, 10), times(2, 14), 25],
  [times(1, 10), times(1, 14), 0],
  [times(1, 10), times(5, 14), 100],
  [times(1, 10), times(9, 14), 100],
  [times(2, 10), times(1, 14), 0],
  [times(1, 10), times(2, 10), undefined],
  [times(1, 10), times(2, 9), undefined],
])("from %j to %j is %s percent", (from, to, percent) => {
  expect(usedPercent(from, to)).toBe(percent);
});

test("the percentage is of the last window, and unknown before the first has ended", async () => {
  const { sampler: cpu } = sampler([times(0, 0), times(0.5, 1), times(1.5, 11), times(1.5, 21)]);
  await vi.advanceTimersByTimeAsync(0);
  expect(cpu.percent()).toBeUndefined();
  await vi.advanceTimersByTimeAsync(250);
  expect(cpu.percent()).toBe(50);
  await vi.advanceTimersByTimeAsync(CPU_WINDOW_MS);
  expect(cpu.percent()).toBe(10);
  await vi.advanceTimersByTimeAsync(CPU_WINDOW_MS);
  expect(cpu.percent()).toBe(0);
});

test("a failure makes it unknown until two readings in a row have succeeded", async () => {
  const failure = new Error("gone");
  const { sampler: cpu, errors } = sampler([times(0, 0), times(1, 2), failure, times(5, 10), times(6, 14)]);
  await vi.advanceTimersByTimeAsync(250);
  expect(cpu.percent()).toBe(50);
  await vi.advanceTimersByTimeAsync(CPU_WINDOW_MS);
  expect(cpu.percent()).toBeUndefined();
  expect(errors).toEqual([failure]);
  await vi.advanceTimersByTimeAsync(CPU_WINDOW_MS);
  expect(cpu.percent()).toBeUndefined();
  await vi.advanceTimersByTimeAsync(CPU_WINDOW_MS);
  expect(cpu.percent()).toBe(25);
  expect(errors).toEqual([failure]);
});

test("a window in which no time passed keeps the percentage there was", async () => {
  const { sampler: cpu } = sampler([times(0, 0), times(1, 2), times(1, 2)]);
  await vi.advanceTimersByTimeAsync(250 + CPU_WINDOW_MS);
  expect(cpu.percent()).toBe(50);
});

test("nothing is read after it was stopped", async () => {
  const { sampler: cpu } = sampler([times(0, 0)]);
  await vi.advanceTimersByTimeAsync(0);
  cpu.stop();
  await vi.advanceTimersByTimeAsync(10 * CPU_WINDOW_MS);
  expect(cpu.percent()).toBeUndefined();
});

test("stopped while it reads, it starts no timer and reports no error", async () => {
  const { promise, reject } = Promise.withResolvers<CpuTimes>();
  const errors: unknown[] = [];
  const cpu = startCpuSampler(
    () => promise,
    (error) => errors.push(error),
  );
  cpu.stop();
  reject(new Error("gone"));
  await vi.advanceTimersByTimeAsync(10 * CPU_WINDOW_MS);
  expect(errors).toEqual([]);
  expect(vi.getTimerCount()).toBe(0);
});
