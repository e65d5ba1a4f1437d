import type { ReadProblem } from "@taskvitals/core";
import type { BrokerConnection } from "../broker-connection.ts";
import type { Words } from "../command-words.ts";
import { Deadline } from "../deadline.ts";
import type { QueueIndex, QueueLayout } from "../layouts/queue-layout.ts";
import type { RedisReply } from "../redis-reply.ts";
import type { ReadableQueue } from "./read-queues.ts";

/** Which discovered queues may be reported: labels are unique over all brokers, and their number is bounded. */
export interface LabelClaims {
  /** Takes a label for a discovered queue; false when it is taken or when there are too many. */
  claim(label: string): boolean;
  /** Gives a label back. */
  release(label: string): void;
}

/** What {@link Discovery} needs. */
export interface DiscoveryOptions {
  readonly layout: QueueLayout;
  /** Name of the layout, for messages. */
  readonly layoutName: string;
  readonly fields: Readonly<Record<string, unknown>>;
  readonly connection: BrokerConnection;
  readonly claims: LabelClaims;
  /** Whether a queue is declared, under whatever label. */
  readonly isDeclared: (queue: ReadableQueue) => boolean;
  /** Label of a queue with this name. */
  readonly label: (name: string) => string;
}

/** Time between two surveys, in milliseconds, as long as somebody reads. */
const INTERVAL_MS = 15_000;
/** The same after a survey that did not come to its end. */
const RETRY_MS = 1000;
/** Longest wait for one step, in milliseconds: readings go first, and nobody waits for a step. */
const STEP_MS = 5000;
/** Elements that one step looks at: well under a millisecond of the server's time. */
const STEP_LENGTH = 500;
/** What a client makes of bytes that are not UTF-8; the key is lost then. */
const REPLACEMENT = "\uFFFD";
const NOT_TEXT: ReadProblem = { reason: "error", detail: "the name of a queue is not UTF-8 text: it is left out" };
/** Steps of one survey; a larger keyspace is gone through in several. */
const STEPS_PER_SURVEY = 1000;

/**
 * Finds the queues of a framework, off the path of readings: through the framework's own index where it keeps one, else by SCAN in small
 * steps. What a whole pass did not see is dropped.
 */
export class Discovery {
  readonly #options: DiscoveryOptions;
  readonly #index: QueueIndex;
  readonly #queues = new Map<string, ReadableQueue>();
  /** Where the pass stands, by server; a server that is through is gone from it. */
  #cursors: Map<string, string> | undefined;
  #seen = new Set<string>();
  /** The servers that the pass goes through. */
  #nodes = "";
  #leftOut: ReadProblem | undefined;
  #failure: ReadProblem | undefined;
  #dueAt = 0;
  #surveying: Promise<boolean> | undefined;
  #step: Deadline | undefined;
  #closed = false;

  /** Looks for nothing yet. */
  constructor(options: DiscoveryOptions) {
    const { layout, layoutName, fields } = options;
    if (layout.index === undefined) throw new Error(`${layoutName} has no index`);
    this.#options = options;
    this.#index = layout.index(fields);
  }

  /** The queues that there are. */
  get queues(): Iterable<ReadableQueue> {
    return this.#queues.values();
  }

  /** Whether the queue with this label was found. */
  has(label: string): boolean {
    return this.#queues.has(label);
  }

  /** Why the last pass did not come to its end, or what it left out. */
  get failure(): ReadProblem | undefined {
    return this.#failure;
  }

  /** Label under which a failure is reported. */
  get label(): string {
    return `${this.#options.layoutName}:*`;
  }

  /** Forgets a queue, whose label somebody else declared. */
  drop(label: string): void {
    if (this.#queues.delete(label)) this.#options.claims.release(label);
  }

  /** Forgets a queue that somebody declared under a label of its own. */
  dropQueue({ layout, name }: ReadableQueue): void {
    const label = this.#options.label(name);
    const found = this.#queues.get(label);
    if (found?.layout === layout && found.name === name && this.#options.isDeclared(found)) this.drop(label);
  }

  /** Looks for queues if it is time to. In the background, behind a reading: nobody waits for it. */
  surveyWhenDue(): void {
    if (this.#surveying !== undefined || performance.now() < this.#dueAt) return;
    this.#dueAt = performance.now() + INTERVAL_MS;
    void this.survey().then((whole) => {
      if (!whole) this.#dueAt = Math.min(this.#dueAt, performance.now() + RETRY_MS);
    });
  }

  /** Looks for queues; one survey at a time. Answers whether the pass came to its end. Never rejects. */
  survey(): Promise<boolean> {
    this.#surveying ??= this.#run().finally(() => {
      this.#surveying = undefined;
    });
    return this.#surveying;
  }

  /** Ends a survey that is under way. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#step?.expire();
    await this.#surveying;
  }

  async #run(): Promise<boolean> {
    for (let step = 0; step < STEPS_PER_SURVEY && !this.#closed; step++) {
      using deadline = new Deadline(STEP_MS, { patient: true });
      this.#step = deadline;
      const failed =
        "set" in this.#index ? await this.#stepThroughSet(this.#index.set, deadline) : await this.#scan(deadline);
      if (failed !== undefined) {
        this.#failure = failed;
        this.#startOver();
        return false;
      }
      if (this.#cursors?.size === 0) {
        this.#finish();
        return true;
      }
    }
    return false;
  }

  async #stepThroughSet(set: string, deadline: Deadline): Promise<ReadProblem | undefined> {
    this.#cursors ??= new Map([["", "0"]]);
    const cursor = this.#cursors.get("") ?? "0";
    const [reply] = await this.#options.connection.exchange([["sscan", set, cursor, "count", STEP_LENGTH]], deadline);
    return this.#take("", reply);
  }

  async #scan(deadline: Deadline): Promise<ReadProblem | undefined> {
    const { connection } = this.#options;
    const nodes = await connection.nodes(deadline);
    if (nodes.length === 0) return { reason: "refused", detail: "no connection to the server" };
    const ids = nodes.map(({ id }) => id);
    if (this.#nodes !== ids.toSorted().join()) {
      // What a server that is new holds was on another before, or is unknown yet: a pass is whole only when it saw each.
      this.#startOver();
      this.#nodes = ids.toSorted().join();
    }
    this.#cursors ??= new Map(ids.map((id) => [id, "0"]));
    const pattern = "scan" in this.#index ? this.#index.scan : "";
    const prefix = connection.keyPrefix.replace(/[\\*?[\]]/g, "\\$&");
    const due = nodes.flatMap((node) => {
      const cursor = this.#cursors?.get(node.id);
      return cursor === undefined ? [] : [{ node, cursor }];
    });
    const failures = await Promise.all(
      due.map(async ({ node, cursor }) => {
        const command: Words = ["scan", cursor, "match", prefix + pattern, "count", STEP_LENGTH];
        const [reply] = await node.exchange([command], deadline);
        return this.#take(node.id, reply, connection.keyPrefix.length);
      }),
    );
    return failures.find((failed) => failed !== undefined);
  }

  #take(id: string, reply: RedisReply | undefined, prefixLength = 0): ReadProblem | undefined {
    if (reply?.ok !== true) {
      return {
        reason: reply?.reason ?? "error",
        detail: `queues cannot be looked for: ${reply?.detail ?? "no reply"}`,
      };
    }
    const [cursor, found] = Array.isArray(reply.value) ? reply.value : [];
    // Taken for the end of the pass, it would drop every queue.
    if (cursor === undefined || !Array.isArray(found)) {
      return { reason: "error", detail: "queues cannot be looked for: an unexpected reply" };
    }
    for (const entry of found) {
      const name = this.#index.name(String(entry).slice(prefixLength));
      if (name?.includes(REPLACEMENT)) this.#leftOut = NOT_TEXT;
      else if (name !== undefined && name !== "") this.#see(name);
    }
    if (String(cursor) === "0") this.#cursors?.delete(id);
    else this.#cursors?.set(id, String(cursor));
    return undefined;
  }

  #see(name: string): void {
    const { layout, fields, claims } = this.#options;
    const label = this.#options.label(name);
    if (!this.#queues.has(label)) {
      const queue = { label, layout, name, fields };
      if (this.#options.isDeclared(queue) || !claims.claim(label)) return;
      this.#queues.set(label, queue);
    }
    this.#seen.add(label);
  }

  /** The pass is whole: what it did not see is not there any more. */
  #finish(): void {
    for (const label of this.#queues.keys()) if (!this.#seen.has(label)) this.drop(label);
    this.#failure = this.#leftOut;
    this.#startOver();
  }

  #startOver(): void {
    this.#cursors = undefined;
    this.#seen = new Set();
    this.#leftOut = undefined;
  }
}
