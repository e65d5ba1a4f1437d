import { LIVE_PATHS, type LiveHistory } from "../src/live-state.ts";
import { Chart } from "./chart.ts";
import type { Chosen } from "./chosen.ts";
import { element } from "./element.ts";
import type { Picture } from "./picture.ts";
import type { Voice } from "./voice.ts";

/** Pictures of one history, which is asked for anew with each reading. */
export class CurvesSection {
  /** What is put on the page. */
  readonly root: HTMLElement = element("div", { class: "charts" });
  readonly #chosen: Chosen;
  readonly #charts: readonly Chart[];
  #history: LiveHistory | undefined;
  #askedFor = 0;
  #isAsking = false;
  #isGone = false;

  /** @param groups - pictures, with the place to put them where that is not `root` */
  constructor(
    chosen: Chosen,
    groups: readonly (readonly [pictures: readonly Picture[], place?: HTMLElement])[],
    voice: Voice,
  ) {
    this.#chosen = chosen;
    this.#charts = groups.flatMap(([pictures, place = this.root]) =>
      pictures.map((picture) => {
        const chart = new Chart(picture, voice);
        place.append(chart.root);
        return chart;
      }),
    );
  }

  /**
   * Shows what there is at `now`, and asks for the newest where there was a reading since.
   *
   * @param at - when that reading was taken
   * @param now - the time of the process, in Unix seconds
   */
  refresh(at: number, now: number): void {
    if (this.#history !== undefined) this.#show(now);
    if (this.#isAsking || this.#askedFor === at || this.#isGone) return;
    this.#askedFor = at;
    void this.#ask(now);
  }

  /** Takes it off the page. */
  remove(): void {
    this.#isGone = true;
    for (const chart of this.#charts) chart.remove();
    this.root.remove();
  }

  async #ask(now: number): Promise<void> {
    this.#isAsking = true;
    const { queue, task } = this.#chosen;
    const search = new URLSearchParams({ ...(queue !== undefined && { queue }), ...(task !== undefined && { task }) });
    const query = search.size === 0 ? "" : `?${search}`;
    try {
      const answer = await fetch(`.${LIVE_PATHS.history}${query}`, { signal: AbortSignal.timeout(10_000) });
      if (answer.status === 404) this.#history = { at: [], curves: {} };
      else if (answer.ok) this.#history = (await answer.json()) as LiveHistory;
    } catch {
      // The next reading asks again; what is drawn ends where it ended.
    } finally {
      this.#isAsking = false;
    }
    if (!this.#isGone) this.#show(now);
  }

  #show(now: number): void {
    for (const chart of this.#charts) chart.show(this.#history, now);
  }
}
