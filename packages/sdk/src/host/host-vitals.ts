import type { Meter, ObservableCallback } from "@opentelemetry/api";
import { contract, createObservableGauge, type ProblemListener } from "@taskvitals/core";
import { cgroupCpuTimes, findCgroupCpu } from "./cgroup-cpu.ts";
import { startCpuSampler } from "./cpu-sampler.ts";
import { readHostCpuTimes } from "./cpu-times.ts";

const BYTES_PER_GIGABYTE = 1024 ** 3;

/**
 * Reports CPU of the host or container, and resident memory of the process. Returns a function that ends it.
 */
export async function startHostVitals(observables: Meter, onProblem: ProblemListener): Promise<() => void> {
  // A string on the data point, not a resource attribute: behind a Collector `max without(pid)` must still collapse it.
  const labels = Object.freeze({ pid: String(process.pid) });
  const cgroup = await findCgroupCpu();
  const read = cgroup === undefined ? readHostCpuTimes : cgroupCpuTimes(cgroup, () => performance.now() / 1000);
  const sampler = startCpuSampler(read, () => {
    onProblem("observe", `CPU use cannot be read here: ${contract.cpuPercent.name} has no samples until it can.`);
  });

  const cpu = createObservableGauge(observables, contract.cpuPercent);
  const memory = createObservableGauge(observables, contract.memoryGigabytes);
  const observeCpu: ObservableCallback = (result) => {
    const percent = sampler.percent();
    if (percent !== undefined) result.observe(percent, labels);
  };
  const observeMemory: ObservableCallback = (result) => {
    result.observe(process.memoryUsage.rss() / BYTES_PER_GIGABYTE, labels);
  };
  cpu.addCallback(observeCpu);
  memory.addCallback(observeMemory);
  return () => {
    sampler.stop();
    cpu.removeCallback(observeCpu);
    memory.removeCallback(observeMemory);
  };
}
