import type { ThresholdSettings } from "@taskvitals/rules";
import { composeState } from "./compose-state.ts";
import { type CurveSubject, curvesOf } from "./live-curves.ts";
import { LiveHistory, TICK_SECONDS } from "./live-history.ts";
import { changeOf } from "./live-json.ts";
import type { LiveReading } from "./live-reading.ts";
import type { LiveAbout, LiveState } from "./live-state.ts";

/** What a {@link LiveFeed} works with. */
export interface LiveFeedOptions {
  /**
   * Reads every source that can be read, by a name of its own. Rejects where none can; the message of a `TaskVitalsError` is shown, of other errors
   * nothing but the name.
   *
   * @param isWatched - whether somebody looks at the page, or did lately
   */
  read(isWatched: boolean): Promise<ReadonlyMap<string, LiveReading>>;
  /** Whose numbers these are. */
  readonly about: LiveAbout;
  /** What a failed reading is called on the page; free of credentials. */
  describe(error: unknown): string;
  /** Thresholds of the verdicts. Default: those of the shipped rules. */
  readonly thresholds?: ThresholdSettings | undefined;
  /** Unix time in milliseconds. */
  now(): number;
  /** A clock in milliseconds that is never set back. */
  elapsed(): number;
  /** Share of the time in which the event loop was busy since it was last asked, 0 to 1. */
  loopBusy?(): number | undefined;
}

/** Somebody who looks. What it throws is dropped. */
export interface LiveListener {
  /** Takes a `LiveState`, or then a `LiveChange`, as JSON. */
  send(event: "state" | "change", json: string): void;
  /** Nothing more will come. */
  end(): void;
}

/** Listeners at once. Each is a connection that is held open. */
export const MAX_LISTENERS = 32;
/** How long after the last look somebody counts as looking, in milliseconds. */
const LOOKED_MS = 60_000;
/**
 * Times its own duration from the beginning of a reading to that of the next, at least: reading takes 2 % of the time. Two in a row must have been slow: one may have
 * waited for a pause of the application.
 */
const REST_FACTOR = 50;
/** Longest from the beginning of a reading to that of the next, in milliseconds: whoever looks hears of it, and proxies do not cut a silent stream. */
const MAX_TICK_MS = 30_000;
/** How long a reading is waited for, in milliseconds; its sources have shorter deadlines of their own. */
const READING_MS = 30_000;

/**
 * Reads every few seconds into a bounded history, and works out what is true now once per reading, only while somebody looks. Its timer never keeps the process
 * alive.
 */
export class LiveFeed {
  readonly #options: LiveFeedOptions;
  readonly #history = new LiveHistory();
  readonly #listeners = new Set<LiveListener>();
  #timer: NodeJS.Timeout | undefined;
  #lookedAt = Number.NEGATIVE_INFINITY;
  #failure: string | undefined;
  #since: number;
  #state: { readonly state: LiveState; readonly json: string } | undefined;
  #tickMs = 1000 * TICK_SECONDS;
  /** How long the newest reading took. */
  #tookMs = 0;
  /** How often what is counted jumped. */
  #jumps = 0;
  /** The reading that has not ended. */
  #reading: Promise<ReadonlyMap<string, LiveReading>> | undefined;
  #ended = false;

  /** Reads nothing before {@link start}. */
  constructor(options: LiveFeedOptions) {
    this.#options = options;
    this.#since = options.now() / 1000;
  }

  /** Bytes that the history takes now. */
  get bytes(): number {
    return this.#history.bytes;
  }

  /**
   * Begins to read.
   *
   * @param newborn - name of the source that has counted nothing yet: what it shows first was counted since now
   */
  start(newborn?: string): void {
    if (newborn !== undefined) this.#history.begin(newborn);
    this.#since = this.#options.now() / 1000;
    void this.#tick();
  }

  /** Ends reading; listeners hear nothing more. */
  end(): void {
    this.#ended = true;
    clearTimeout(this.#timer);
    for (const listener of this.#listeners) safely(() => listener.end());
    this.#listeners.clear();
  }

  /** What is counted jumped, as where kept totals are added to it: that is nothing that happened now. */
  rebase(): void {
    this.#jumps += 1;
    this.#history.rebase();
  }

  /** A `LiveState` as JSON: of the newest reading. */
  state(): string {
    this.#look();
    return this.#computed().json;
  }

  /** A `LiveHistory` as JSON; `undefined` for a queue or task of which no past is kept. */
  history(subject: CurveSubject): string | undefined {
    this.#look();
    const curves = curvesOf(this.#history, subject);
    return curves && JSON.stringify(curves);
  }

  /**
   * Sends the state at once, and what changes with each reading.
   *
   * @returns ends it; `undefined` where too many listen
   */
  listen(listener: LiveListener): (() => void) | undefined {
    if (this.#ended || this.#listeners.size >= MAX_LISTENERS) return undefined;
    this.#look();
    const { json } = this.#computed();
    this.#listeners.add(listener);
    safely(() => listener.send("state", json));
    return () => {
      this.#look();
      this.#listeners.delete(listener);
    };
  }

  #look(): void {
    this.#lookedAt = this.#options.elapsed();
  }

  async #tick(): Promise<void> {
    const { describe, elapsed, loopBusy, now } = this.#options;
    const begun = elapsed();
    const jumps = this.#jumps;
    let failure: string | undefined;
    try {
      const readings = await this.#read(this.#listeners.size > 0 || begun - this.#lookedAt < LOOKED_MS);
      if (this.#ended) return;
      if (readings === undefined) failure = `the reading has not ended after ${READING_MS / 1000} s`;
      else this.#keep(now() / 1000, readings, loopBusy?.());
      // Nobody knows on which side of a jump a reading is that was under way.
      if (jumps !== this.#jumps) this.#history.rebase();
    } catch (error) {
      if (this.#ended) return;
      failure = describe(error);
    }
    this.#failure = failure;
    const tookMs = elapsed() - begun;
    const restMs = REST_FACTOR * Math.min(tookMs, this.#tookMs);
    this.#tookMs = tookMs;
    this.#tickMs = Math.min(MAX_TICK_MS, Math.max(1000 * TICK_SECONDS, restMs));
    // What cannot be worked out is nothing that the application should hear of.
    safely(() => this.#broadcast());
    this.#timer = setTimeout(() => void this.#tick(), this.#tickMs - (elapsed() - begun)).unref();
  }

  #keep(atSeconds: number, readings: ReadonlyMap<string, LiveReading>, loopBusy: number | undefined): void {
    // The clock of a machine may be set back.
    this.#since = Math.min(this.#since, atSeconds);
    this.#history.add(atSeconds, readings, loopBusy);
  }

  /** `undefined` where it takes too long. While one hangs, no other begins; what it says in the end is too old then. */
  async #read(isWatched: boolean): Promise<ReadonlyMap<string, LiveReading> | undefined> {
    if (this.#reading !== undefined) return undefined;
    const reading = this.#options.read(isWatched).finally(() => {
      this.#reading = undefined;
    });
    this.#reading = reading;
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<undefined>((resolve) => {
      timer = setTimeout(() => resolve(undefined), READING_MS).unref();
    });
    try {
      return await Promise.race([reading, late]);
    } finally {
      clearTimeout(timer);
    }
  }

  #broadcast(): void {
    const before = this.#state;
    this.#state = undefined;
    if (this.#listeners.size === 0) return;
    const { state, json } = this.#computed();
    const event = before === undefined ? "state" : "change";
    const text = before === undefined ? json : JSON.stringify(changeOf(before.state, state));
    for (const listener of this.#listeners) safely(() => listener.send(event, text));
  }

  #computed(): { readonly state: LiveState; readonly json: string } {
    if (this.#state === undefined) {
      const { about, thresholds = {} } = this.#options;
      const tickSeconds = Math.round(this.#tickMs / 1000);
      const around = { about, failure: this.#failure, tickSeconds, since: this.#since };
      const state = composeState(this.#history, around, thresholds);
      this.#state = { state, json: JSON.stringify(state) };
    }
    return this.#state;
  }
}

function safely(tell: () => void): void {
  try {
    tell();
  } catch {
    // A connection that is gone takes nothing down.
  }
}
