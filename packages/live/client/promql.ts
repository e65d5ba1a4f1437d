import { contract, type InstrumentDefinition } from "@taskvitals/core";
import type { Chosen } from "./chosen.ts";

/** Over how long a rate is taken: long enough for scrapes a minute apart. */
const WINDOW = "5m";

/**
 * The same pictures for Prometheus, of the whole, of a queue or of a task of it. Every process that reads a queue reports the same length, so lengths are not added up;
 * what processes count is.
 */
export class PromQl {
  readonly #matchers: string;
  readonly #isWhole: boolean;

  /** Queries about what is chosen. */
  constructor({ queue, task }: Chosen) {
    const labels = [
      ...(queue === undefined ? [] : [`queue=${promString(queue)}`]),
      ...(task === undefined ? [] : [`task=${promString(task)}`]),
    ];
    this.#isWhole = queue === undefined;
    this.#matchers = labels.length === 0 ? "" : `{${labels.join(", ")}}`;
  }

  /** Tasks that wait. */
  ready(): string {
    const byQueue = `max by (queue) (${this.#series(contract.queueLength)})`;
    return this.#isWhole ? `sum(${byQueue})` : byQueue;
  }

  /** Age of the oldest of them. */
  oldest(): string {
    return this.#isWhole
      ? `max(${this.#series(contract.queueOldestAge)})`
      : `max by (queue) (${this.#series(contract.queueOldestAge)})`;
  }

  /** Tasks that run. */
  active(): string {
    return `sum${this.#by()} (${this.#series(contract.taskActive)})`;
  }

  /** Task slots. */
  slots(): string {
    return `sum${this.#by()} (${this.#series(contract.taskConcurrency)})`;
  }

  /** Tasks that ended per second. */
  ended(): string {
    return `${this.#rate(contract.taskSuccess)} + ${this.#rate(contract.taskFailure)}`;
  }

  /** Tasks that failed for good per second. */
  failed(): string {
    return this.#rate(contract.taskFailure);
  }

  /** 95 of 100 waited no longer. */
  waitP95(): string {
    return this.#p95(contract.taskWait);
  }

  /** 95 of 100 ran no longer. */
  runP95(): string {
    return this.#p95(contract.taskDuration);
  }

  /** CPU of the machine. */
  cpu(): string {
    return contract.cpuPercent.name;
  }

  /** Memory of the process. */
  memory(): string {
    return contract.memoryGigabytes.name;
  }

  /** The event loop, as OpenTelemetry's own instrumentation of Node.js calls it: it is no metric of the contract. */
  loop(): string {
    return '{__name__=~"nodejs_eventloop_utilization(_ratio)?"}';
  }

  #series({ name }: InstrumentDefinition, suffix = ""): string {
    return `${name}${suffix}${this.#matchers}`;
  }

  #by(): string {
    return this.#isWhole ? "" : " by (queue)";
  }

  #rate(counter: InstrumentDefinition): string {
    return `sum${this.#by()} (rate(${this.#series(counter)}[${WINDOW}]))`;
  }

  #p95(histogram: InstrumentDefinition): string {
    return `histogram_quantile(0.95, sum by (${this.#isWhole ? "le" : "le, queue"}) (rate(${this.#series(histogram, "_bucket")}[${WINDOW}])))`;
  }
}

/** A text as a string of PromQL. Whatever would end it, or cannot be seen, is escaped. */
export function promString(text: string): string {
  const escaped = text.replace(/[\\"\p{Cc}\p{Cf}\u2028\u2029]/gu, (character) => {
    if (character === "\\" || character === '"') return `\\${character}`;
    const code = (character.codePointAt(0) ?? 0).toString(16);
    return code.length <= 4 ? `\\u${code.padStart(4, "0")}` : `\\U${code.padStart(8, "0")}`;
  });
  return `"${escaped}"`;
}
