import { arch, availableParallelism, cpus, loadavg, platform, release, totalmem } from "node:os";

/** Where figures were taken; without it they mean little. */
export interface Machine {
  /** Model of the processor. */
  readonly cpu: string;
  /** Cores that this process may use. */
  readonly cores: number;
  /** Memory of the machine, such as `7.6 GiB`. */
  readonly memory: string;
  /** Platform and release of the kernel. */
  readonly os: string;
  /** Architecture of the processor, as Node.js names it. */
  readonly arch: string;
  /** Load average over the minute before the run: what else was going on. */
  readonly load: number;
}

/** Describes this machine as it is now. */
export function describeMachine(): Machine {
  return {
    cpu: cpus()[0]?.model.trim() || "unknown",
    cores: availableParallelism(),
    memory: `${(totalmem() / 1024 ** 3).toFixed(1)} GiB`,
    os: `${platform()} ${release()}`,
    arch: arch(),
    load: Number((loadavg()[0] ?? 0).toFixed(2)),
  };
}
