import { LIVE_PATHS, type LiveChange, type LiveState } from "../src/live-state.ts";

/** Ticks of silence after which a stream counts as dead: a proxy may hold it open. */
const SILENT_TICKS = 3;
/** Polls after which the stream is tried again, at most. */
const LONGEST_PAUSE = 12;

/** What a {@link Connection} tells. */
export interface ConnectionListener {
  /** A whole state came. */
  onState(state: LiveState): void;
  /** A change came. */
  onChange(change: LiveChange): void;
  /** No answer came. */
  onFailure(): void;
}

/**
 * Hears of every tick: by the stream of events, or by asking where there is none. Nothing is open while the tab is hidden, so that a tab which nobody looks at costs the
 * process nothing.
 */
export class Connection {
  readonly #listener: ConnectionListener;
  #stream: EventSource | undefined;
  #timer = 0;
  #tickSeconds = 5;
  #pollsUntilStream = 0;
  #pause = 1;
  #running = false;
  #round = 0;

  /** Opens nothing before {@link start}. */
  constructor(listener: ConnectionListener) {
    this.#listener = listener;
  }

  /** How it hears now. */
  get way(): "stream" | "polling" | "none" {
    return !this.#running ? "none" : this.#stream === undefined ? "polling" : "stream";
  }

  /** Opens the stream. */
  start(): void {
    if (this.#running) return;
    this.#running = true;
    this.#pause = 1;
    this.#openStream();
  }

  /** Closes whatever is open. */
  stop(): void {
    this.#running = false;
    this.#round++;
    this.#closeStream();
  }

  #openStream(): void {
    const stream = new EventSource(`.${LIVE_PATHS.events}`);
    this.#stream = stream;
    const hear = (take: (data: string) => number): ((event: MessageEvent<string>) => void) => {
      return ({ data }) => {
        this.#tickSeconds = take(data);
        this.#pause = 1;
        this.#expect(() => this.#fallBack());
      };
    };
    stream.addEventListener(
      "state",
      hear((data) => this.#tell(JSON.parse(data) as LiveState)),
    );
    stream.addEventListener(
      "change",
      hear((data) => {
        const change = JSON.parse(data) as LiveChange;
        this.#listener.onChange(change);
        return change.tickSeconds;
      }),
    );
    stream.addEventListener("error", () => this.#fallBack());
    this.#expect(() => this.#fallBack());
  }

  #tell(state: LiveState): number {
    this.#listener.onState(state);
    return state.tickSeconds;
  }

  #expect(otherwise: () => void): void {
    clearTimeout(this.#timer);
    this.#timer = window.setTimeout(otherwise, 1000 * SILENT_TICKS * this.#tickSeconds);
  }

  #closeStream(): void {
    clearTimeout(this.#timer);
    this.#stream?.close();
    this.#stream = undefined;
  }

  #fallBack(): void {
    this.#closeStream();
    this.#pollsUntilStream = this.#pause;
    this.#pause = Math.min(2 * this.#pause, LONGEST_PAUSE);
    void this.#poll();
  }

  async #poll(): Promise<void> {
    const round = ++this.#round;
    const isOver = (): boolean => round !== this.#round || !this.#running;
    try {
      const answer = await fetch(`.${LIVE_PATHS.state}`, { signal: AbortSignal.timeout(1000 * this.#tickSeconds) });
      if (!answer.ok) throw new Error(String(answer.status));
      const state = (await answer.json()) as LiveState;
      if (isOver()) return;
      this.#tickSeconds = this.#tell(state);
      this.#pollsUntilStream--;
    } catch {
      if (isOver()) return;
      this.#listener.onFailure();
    }
    clearTimeout(this.#timer);
    this.#timer = window.setTimeout(() => {
      if (this.#pollsUntilStream > 0) void this.#poll();
      else this.#openStream();
    }, 1000 * this.#tickSeconds);
  }
}
