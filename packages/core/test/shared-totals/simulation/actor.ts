import type { Caller } from "./simulated-server.ts";
import type { VirtualTime } from "./virtual-time.ts";

/** A process: it can be stopped, cut off from the server, and killed. */
export class Actor implements Caller {
  protected readonly time: VirtualTime;
  #frozenUntilMs = 0;
  #cutOffUntilMs = 0;
  isDead = false;

  constructor(time: VirtualTime) {
    this.time = time;
  }

  get isFrozen(): boolean {
    return this.time.nowMs < this.#frozenUntilMs;
  }

  get isCutOff(): boolean {
    return this.time.nowMs < this.#cutOffUntilMs;
  }

  freeze(ms: number): void {
    this.#frozenUntilMs = Math.max(this.#frozenUntilMs, this.time.nowMs + ms);
  }

  cutOff(ms: number): void {
    this.#cutOffUntilMs = Math.max(this.#cutOffUntilMs, this.time.nowMs + ms);
  }

  kill(): void {
    this.isDead = true;
  }

  deliver(run: () => void): void {
    if (this.isDead) return;
    if (this.isFrozen) this.time.at(this.#frozenUntilMs, () => this.deliver(run));
    else run();
  }

  /** Does something again and again, as long as the actor lives. */
  protected repeat(nextMs: () => number, run: () => void): void {
    this.time.after(nextMs(), () =>
      this.deliver(() => {
        run();
        this.repeat(nextMs, run);
      }),
    );
  }
}
