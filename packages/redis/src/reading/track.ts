import type { ReadProblem } from "@taskvitals/core";
import type { Questions, Reading } from "../layouts/queue-layout.ts";
import { type AskedCommand, CommandBatch, RepeatedCommands } from "./command-batch.ts";
import type { ReadableQueue } from "./read-queues.ts";

/** Rounds of commands that a layout may take. */
const ROUNDS = 2;
/**
 * Groups that are under way to one server at most. A thousand queues are about a hundred; of many thousands on a distant server this bounds what
 * is in memory and what arrives at once.
 */
const GROUPS_UNDER_WAY = 200;

/** A queue whose reading is under way. */
export interface OpenQueue {
  readonly queue: ReadableQueue;
  readonly reading: Reading;
  readonly problems: ReadProblem[];
  readonly questions: Questions;
  readonly asked: readonly AskedCommand[];
}

/** Queues whose commands go out together. */
export interface Group {
  readonly round: number;
  readonly batch: CommandBatch;
  readonly open: OpenQueue[];
  /** Resolves when all of its commands were answered. */
  arrived: Promise<void> | undefined;
  isAnswered: boolean;
}

/** The queues of one server. */
export class Track {
  readonly node: string;
  readonly #repeated: readonly RepeatedCommands[] = Array.from({ length: ROUNDS }, () => new RepeatedCommands());
  /** The group of each round that has not left yet. */
  readonly next: Group[] = this.#repeated.map((_, round) => this.newGroup(round));
  /** In the order in which they left, which is the order in which a server answers. */
  readonly underWay: Group[] = [];

  /** Has no queue yet. */
  constructor(node: string) {
    this.node = node;
  }

  /** Whether there is a group to take on. */
  get isAnswered(): boolean {
    return this.underWay[0]?.isAnswered === true;
  }

  /** Whether no more may be sent for now. */
  get isFull(): boolean {
    return this.underWay.length >= GROUPS_UNDER_WAY;
  }

  /** An empty group. */
  newGroup(round: number): Group {
    const batch = new CommandBatch(this.#repeated[round] as RepeatedCommands);
    return { round, batch, open: [], arrived: undefined, isAnswered: false };
  }
}
