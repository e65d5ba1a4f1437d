import { type BullmqWorker, observeWorker } from "@taskvitals/bullmq";
import type { ProblemListener, TaskRecorder } from "@taskvitals/core";
import { BullmqInstrumentation, type BullmqListener } from "./bullmq-instrumentation.ts";
import { DeferredRecorder } from "./deferred-recorder.ts";
import { type TracedWorker, traceJobs } from "./job-spans.ts";

/** Milliseconds after which a process that has loaded BullMQ should have made something of it. */
const EXPECTED_WITHIN_MS = 30_000;

/** Problems that are remembered until there is somebody to count them: the start takes moments. */
const MAX_UNCOUNTED = 1000;

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
  /** Records the workers on `tasks`, with all they did since they were created; `onProblem` is told of each that cannot be, earlier ones too. */
  bind(tasks: TaskRecorder, onProblem: ProblemListener): void;
  /** Ends the search: workers that were found are detached, later ones left alone. Idempotent, never throws. */
  stop(): void;
}

/** Finds each BullMQ worker that this process creates from now on, and observes it from its creation. */
export function discoverWorkers(options: WorkerDiscoveryOptions): WorkerDiscovery {
  const discovery = new Discovery(options);
  const instrumentation = new BullmqInstrumentation(discovery);
  instrumentation.enable();
  return {
    bind: (tasks, onProblem) => discovery.bind(tasks, onProblem),
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
  #onProblem: ProblemListener | undefined;
  /** Problems that nobody was there to count. */
  readonly #uncounted: string[] = [];
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
      this.#problem(
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
      this.#problem(`A BullMQ worker is not counted. ${error instanceof Error ? error.message : ""}`.trimEnd());
    }
  }

  bind(tasks: TaskRecorder, onProblem: ProblemListener): void {
    if (this.#stopped) return;
    this.#onProblem = onProblem;
    for (const problem of this.#uncounted.splice(0)) onProblem("observe_worker", problem);
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
    this.#uncounted.length = 0;
  }

  /** Said at once: the process may end before there is somebody to count it. */
  #problem(message: string): void {
    this.#warn(message);
    if (this.#onProblem !== undefined) this.#onProblem("observe_worker", message);
    else if (this.#uncounted.length < MAX_UNCOUNTED) this.#uncounted.push(message);
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
