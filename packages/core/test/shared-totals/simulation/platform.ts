import { Dice } from "./dice.ts";
import { ExposerProcess } from "./exposer-process.ts";
import { InstantCodec } from "./instant-codec.ts";
import { Knowledge } from "./knowledge.ts";
import { SimulatedServer } from "./simulated-server.ts";
import { VirtualTime } from "./virtual-time.ts";
import { WorkerProcess } from "./worker-process.ts";

/** What goes wrong, and when. */
export interface Fault {
  readonly atMs: number;
  readonly kind:
    | "end worker"
    | "kill worker"
    | "freeze worker"
    | "cut off worker"
    | "kill exposer"
    | "freeze exposer"
    | "cut off exposer"
    | "lose everything"
    | "go back"
    | "lose base"
    | "lose slots"
    | "lose folded";
  /** Which of the processes, or how far back. */
  readonly target: number;
  readonly forMs: number;
}

/** A story to be played. */
export interface Story {
  readonly seed: number;
  /** Share of the calls of the store that get lost or late. */
  readonly faultRatio: number;
  readonly faults: readonly Fault[];
  /** Whether exposers that missed to heal a broken store in time go on: then what they alone know comes back late, which may be seen. */
  readonly areLateExposersKept: boolean;
}

export const INTERVAL_MS = 1000;
export const FOLD_AFTER_MS = 5000;
/** Faults end here. */
export const STORY_MS = 25_000;
const SETTLING_MS = 1.5 * INTERVAL_MS;
const WORKERS = 3;
const EXPOSERS = 2;

/** Workers and exposers around one server, and somebody who sees everything. */
export class Platform {
  readonly time = new VirtualTime();
  readonly dice: Dice;
  readonly codec = new InstantCodec();
  readonly knowledge: Knowledge = new Knowledge(this.codec);
  readonly server: SimulatedServer;
  readonly intervalMs: number = INTERVAL_MS;
  readonly foldAfterMs: number = FOLD_AFTER_MS;
  isRecording = true;
  readonly workers: WorkerProcess[] = [];
  readonly exposers: ExposerProcess[] = [];
  readonly #story: Story;
  /** The most that was shown of each series, as long as somebody knows it who can tell. */
  readonly #shown = new Map<string, number>();
  readonly #violations: string[] = [];
  #answers = 0;
  #wasBroken = false;

  constructor(story: Story) {
    this.#story = story;
    this.dice = new Dice(story.seed);
    this.server = new SimulatedServer(this.time, this.dice);
    this.server.faultRatio = story.faultRatio;
  }

  /** Plays the story to its end; what should not have been seen. */
  async play(): Promise<readonly string[]> {
    for (let worker = 0; worker < WORKERS; worker++) this.#addWorker();
    for (let exposer = 0; exposer < EXPOSERS; exposer++) this.#addExposer();
    for (const fault of this.#story.faults) this.time.at(fault.atMs, () => this.#strike(fault));
    this.#remember();
    await this.time.runUntil(STORY_MS);
    this.server.faultRatio = 0;
    this.#addExposer();
    await this.time.runUntil(STORY_MS + 2 * FOLD_AFTER_MS);
    this.isRecording = false;
    await this.time.runUntil(STORY_MS + 4 * FOLD_AFTER_MS);
    this.#addExposer();
    await this.time.runUntil(STORY_MS + 5 * FOLD_AFTER_MS);
    const final = this.exposers.filter(({ isDead }) => !isDead);
    let answered = 0;
    for (const exposer of final) {
      exposer.read((shown) => {
        answered += 1;
        this.#checkEnd(exposer.name, shown);
      });
    }
    await this.time.runUntil(STORY_MS + 5 * FOLD_AFTER_MS + INTERVAL_MS);
    if (answered < final.length || this.#answers === 0) this.#violations.push("an exposer does not answer in the end");
    return this.#violations;
  }

  /** To be called when a reading begins; the function takes what it shows. */
  reading({ name }: ExposerProcess): (shown: ReadonlyMap<string, number>) => void {
    const before = new Map(this.#shown);
    const sinceMs = this.time.nowMs;
    return (shown) => {
      this.#answers += 1;
      const at = `${name} at ${sinceMs.toFixed(0)}-${this.time.nowMs.toFixed(0)}`;
      let sum = 0;
      for (const { index, count, late } of this.workers) {
        const of = `of-${index}`;
        const units = shown.get(of) ?? 0;
        const expected = Math.min(before.get(of) ?? 0, this.#shown.get(of) ?? 0);
        sum += units;
        if (units < expected) this.#violations.push(`${at} shows ${units} ${of}, less than ${expected}`);
        if (units > count) this.#violations.push(`${at} shows ${units} ${of}, more than ${count}`);
        if ((shown.get(`late-${index}`) ?? 0) > late) this.#violations.push(`${at} shows more of late-${index}`);
        this.#shown.set(of, Math.max(this.#shown.get(of) ?? 0, units));
      }
      if (sum !== (shown.get("all") ?? 0)) this.#violations.push(`${at} shows ${shown.get("all")} in all, not ${sum}`);
    };
  }

  #addWorker(): void {
    this.workers.push(new WorkerProcess(this, this.workers.length));
  }

  #addExposer(): void {
    this.exposers.push(new ExposerProcess(this, `exposer ${this.exposers.length}`));
  }

  #remember(): void {
    this.server.remember(this.time.nowMs - 3 * INTERVAL_MS);
    this.time.after(100, () => this.#remember());
  }

  #strike({ kind, target, forMs }: Fault): void {
    const pick = <T extends { readonly isDead: boolean }>(all: readonly T[]): T | undefined => {
      const living = all.filter(({ isDead }) => !isDead);
      return living[target % living.length];
    };
    const worker = pick(this.workers.filter(({ hasEnded }) => !hasEnded));
    const exposer = pick(this.exposers);
    if (kind === "end worker") worker?.deliver(() => worker.end());
    else if (kind === "kill worker") worker?.kill();
    else if (kind === "freeze worker") worker?.freeze(forMs);
    else if (kind === "cut off worker") worker?.cutOff(forMs);
    else if (kind === "kill exposer") exposer?.kill();
    else if (kind === "freeze exposer") exposer?.freeze(forMs);
    else if (kind === "cut off exposer") exposer?.cutOff(forMs);
    else if (kind === "lose folded") {
      this.server.loseFolded();
      this.#wasBroken = true;
    } else this.#breakStore(kind, target);
    if (kind === "end worker" || kind === "kill worker") this.#addWorker();
    if (kind === "kill exposer") this.#addExposer();
  }

  #breakStore(kind: string, target: number): void {
    const atMs = this.time.nowMs;
    this.#wasBroken = true;
    if (kind === "lose everything") this.server.loseEverything();
    else if (kind === "go back") this.server.goBack((target % 20) * 100);
    else if (kind === "lose base") this.server.loseBase();
    else this.server.loseSlots();
    const store = this.knowledge.ofContent(this.server.content);
    this.time.after(SETTLING_MS, () => this.#settle(atMs, store));
  }

  /** Nobody can show again what only those knew who did not reach the store since it was broken. */
  #settle(brokenAtMs: number, store: ReadonlyMap<string, number>): void {
    const hasDelivered = ({ delivered }: WorkerProcess | ExposerProcess): boolean =>
      delivered !== undefined && delivered.sinceMs >= brokenAtMs;
    const holders = [...this.workers, ...this.exposers].filter(hasDelivered);
    const known = [new Map(store), ...holders.flatMap(({ delivered }) => (delivered ? [delivered.known] : []))];
    for (const [of, shown] of this.#shown) {
      const index = Number(of.slice("of-".length));
      this.#shown.set(of, Math.min(shown, this.knowledge.units(index, known)));
    }
    if (this.#story.areLateExposersKept) return;
    for (const exposer of this.exposers) {
      if (exposer.isDead || exposer.bornAtMs >= brokenAtMs || hasDelivered(exposer)) continue;
      exposer.kill();
      this.#addExposer();
    }
  }

  #checkEnd(name: string, shown: ReadonlyMap<string, number>): void {
    const survivors = this.exposers.filter(({ isDead }) => !isDead).map(({ known }) => known);
    // Who comes back too late may find a base that others began anew, and has to give up what only its own had: that is said.
    const isMissSaid = this.#story.areLateExposersKept && this.exposers.some(({ problems }) => problems.length > 0);
    const inBase = this.knowledge.ofContent({ ...this.server.content, slots: new Map() });
    for (const { index, isDead, count, late, executedCount } of this.workers) {
      const units = shown.get(`of-${index}`) ?? 0;
      const lateUnits = shown.get(`late-${index}`) ?? 0;
      const lost = this.#wasBroken ? this.knowledge.lost(index, survivors) : 0;
      const least = !isDead
        ? count - lost
        : this.#wasBroken
          ? this.knowledge.units(index, survivors, inBase)
          : executedCount;
      const most = isDead ? executedCount : count;
      if (units < least && !isMissSaid)
        this.#violations.push(`${name} shows ${units} of-${index} in the end, not ${least}`);
      if (units > most) this.#violations.push(`${name} shows ${units} of-${index} in the end, more than ${most}`);
      if (!isDead && lateUnits < late - lost && !isMissSaid) {
        this.#violations.push(`${name} shows ${lateUnits} late-${index} in the end, not ${late}`);
      }
    }
  }
}
