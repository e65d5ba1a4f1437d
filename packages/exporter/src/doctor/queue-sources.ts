import type { SourceSpecification } from "@taskvitals/redis";
import type { ConfiguredQueue } from "../configuration/exporter-configuration.ts";
import type { Exporter } from "../exporter.ts";

/** A queue that was named, or all of a framework. */
export type QueueSource = Exclude<SourceSpecification, { readonly kind: "counter" }>;

/** Which source a queue is of, by its label. */
export class QueueSources {
  readonly #named: ReadonlyMap<string, QueueSource>;
  readonly #sought: readonly QueueSource[];
  readonly #bullmq: Exporter["bullmq"];

  /** @param bullmq - events of BullMQ that are read, which know the queues that were found */
  constructor(queues: readonly ConfiguredQueue[], bullmq: Exporter["bullmq"]) {
    const sources = queues.flatMap(({ source }) => (source.kind === "counter" ? [] : [source]));
    this.#named = new Map(
      sources.flatMap((source) => (source.kind === "queue" ? [[source.label, source] as const] : [])),
    );
    this.#sought = sources.filter(({ kind }) => kind === "discovery");
    this.#bullmq = bullmq;
  }

  /** Labels of the queues that were named. */
  get named(): ReadonlySet<string> {
    return new Set(this.#named.keys());
  }

  /** Whether queues are looked for. */
  get seeks(): boolean {
    return this.#sought.length > 0;
  }

  /** Brokers that have, or may have, queues of BullMQ. */
  get bullmqBrokers(): ReadonlySet<string> {
    const all = [...this.#named.values(), ...this.#sought];
    return new Set(all.flatMap(({ broker, layout }) => (layout === "bullmq" ? [broker] : [])));
  }

  /** For each label, the sources that it may be of; more than one where a queue was found and nothing tells by which. */
  lookup(): (label: string) => readonly QueueSource[] {
    const found = new Map(
      this.#bullmq.flatMap((events) => events.streams().map(({ queue }) => [queue, events.broker] as const)),
    );
    return (label) => {
      const named = this.#named.get(label);
      if (named !== undefined) return [named];
      const broker = found.get(label);
      if (broker === undefined) return this.#sought;
      return this.#sought.filter((source) => source.layout === "bullmq" && source.broker === broker);
    };
  }
}
