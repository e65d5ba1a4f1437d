import { type BullmqWorker, observeWorker } from "@taskvitals/bullmq";
import type { TaskRecorder } from "@taskvitals/core";
import { BullmqInstrumentation, type BullmqListener } from "./bullmq-instrumentation.ts";
import { DeferredRecorder } from "./deferred-recorder.ts";
import { type TracedWorker, traceJobs } from "./job-spans.ts";

/** Milliseconds after which a process that has loaded BullMQ should have made something of it. */
const EXPECTED_WITHIN_MS = 30_000;

const SWITCH_OFF = "OTEL_NODE_DISABLED_INSTRUMENTATIONS=bullmq switches the search off.";

/** What {@link discoverWorkers} needs. */
export interface WorkerDiscoveryOptions {
  /** Takes what the user should know, once per text. Must not throw. */
  readonly warn: (message: string) => void;
  /** Milliseconds from the first loading of BullMQ to the warning that nothing was created of it. Default 30 000. */
  readonly expectedWithinMs?: number | undefined;
}

/** The search for BullMQ workers in this process. */
export interface WorkerDiscovery {
  /** Records the workers on `tasks`, with all they did since they were created. */
  bind(tasks: TaskRecorder): void;
  /** Ends the search: workers that were found are detached, later ones left alone. Idempotent, never throws. */
  stop(): void;
}

/** Finds each BullMQ worker that this process creates from now on, and observes it from its creation. */
export function discoverWorkers(options: WorkerDiscoveryOptions): WorkerDiscovery {
  const discovery = new Discovery(options);
  const instrumentation = new BullmqInstrumentation(discovery);
  instrumentation.enable();
  return {
    bind: (tasks) => discovery.bind(tasks),
    stop: () => {
      discovery.stop();
      instrumentation.disable();
    },
  };
}

class Discovery implements BullmqListener {
  readonly #warn: (message: string) => void;
  readonly #expectedWithinMs: number;
  readonly #deferred = new DeferredRecorder();
  // A worker that is gone must not be held for the day of a shutdown.
  readonly #workers = new Set<WeakRef<object>>();
  readonly #gone = new FinalizationRegistry<WeakRef<object>>((ref) => this.#workers.delete(ref));
  readonly #detach = new WeakMap<object, () => void>();
  #tasks: TaskRecorder = this.#deferred;
  #early = false;
  #inUse = false;
  #stopped = false;
  #timer: NodeJS.Timeout | undefined;

  constructor({ warn, expectedWithinMs = EXPECTED_WITHIN_MS }: WorkerDiscoveryOptions) {
    this.#warn = warn;
    this.#expectedWithinMs = expectedWithinMs;
  }

  loaded({ version, supported, early }: Parameters<BullmqListener["loaded"]>[0]): void {
    if (this.#stopped) return;
    if (!supported) {
      this.#warn(
        `bullmq ${version} was loaded, whose workers are not counted: it is done for BullMQ 5 and 6. Use one of these. ${SWITCH_OFF}`,
      );
      return;
    }
    this.#early ||= early;
    this.#timer ??= setTimeout(() => this.#warnOfNone(version), this.#expectedWithinMs).unref();
  }

  created(className: string, instance: object): void {
    this.#inUse = true;
    if (this.#stopped || className !== "Worker") return;
    try {
      // BullMQ's own class made it, so it is a worker; what of it is missing all the same is refused here.
      const worker = instance as BullmqWorker;
      const observation = observeWorker(worker, this.#tasks);
      const untrace = traceJobs(instance as TracedWorker);
      this.#detach.set(worker, () => {
        untrace();
        observation.detach();
      });
      const ref = new WeakRef<object>(worker);
      this.#workers.add(ref);
      this.#gone.register(worker, ref);
    } catch (error) {
      this.#warn(`A BullMQ worker is not counted. ${error instanceof Error ? error.message : ""}`.trimEnd());
    }
  }

  bind(tasks: TaskRecorder): void {
    if (this.#stopped) return;
    this.#tasks = tasks;
    this.#deferred.bind(tasks);
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
    for (const ref of this.#workers) {
      const worker = ref.deref();
      if (worker !== undefined) this.#detach.get(worker)?.();
    }
    this.#workers.clear();
    this.#deferred.discard();
  }

  #warnOfNone(version: string): void {
    // A process that only adds jobs has no worker to be found.
    if (this.#inUse) return;
    const why = this.#early
      ? "It was loaded before taskvitals/register, which sees only what comes after it: put --import taskvitals/register in front of everything else."
      : `Looked for "new Worker()" of the package bullmq, also in classes derived from it. A worker that is created later is counted all the same; ` +
        "one whose BullMQ was bundled into the application can not be found.";
    this.#warn(
      `no BullMQ worker was found ${this.#expectedWithinMs / 1000} s after bullmq ${version} was loaded. ${why} ${SWITCH_OFF}`,
    );
  }
}
