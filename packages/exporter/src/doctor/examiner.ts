import { setTimeout as sleep } from "node:timers/promises";
import { type Sample, WatchHistory } from "@taskvitals/rules";
import type { DoctorOptions } from "./doctor-options.ts";
import type { AlertReport, Unreachable } from "./doctor-report.ts";
import { type Examination, examine, type PrometheusFindings } from "./examination.ts";
import type { OwnSource } from "./own-source.ts";
import { httpPage, type PageSource } from "./page-source.ts";
import { type FiringAlert, PrometheusApi, PrometheusFailure } from "./prometheus-api.ts";
import { readPrometheus } from "./prometheus-facts.ts";
import { brokersOfPrometheus, queuesOfPrometheus, unattributedOfPrometheus } from "./prometheus-observations.ts";

/** What an {@link Examiner} works with. */
export interface ExaminerSurroundings {
  readonly options: DoctorOptions;
  readonly own: OwnSource | undefined;
  /** Ends whatever is waited for. */
  readonly signal: AbortSignal;
  /** Unix time in milliseconds. */
  readonly now: () => number;
}

/** Time for the servers to answer and for all queues to be found, in milliseconds. */
const PATIENCE_MS = 5000;
const PAUSE_MS = 400;
/** Looks without another queue, after which what there is was found. */
const STEADY_LOOKS = 4;

/** Asks everything there is to ask, again and again, and judges it. */
export class Examiner {
  readonly #around: ExaminerSurroundings;
  readonly #pages: readonly PageSource[];
  readonly #api: PrometheusApi | undefined;
  readonly #history: WatchHistory;
  readonly #failures = new Map<string, string>();
  #prometheus: PrometheusFindings | undefined;

  constructor(around: ExaminerSurroundings) {
    const { options, own, signal } = around;
    this.#around = around;
    this.#pages = [...(own === undefined ? [] : [own.page]), ...options.metrics.map(httpPage)];
    this.#api = options.prometheus === undefined ? undefined : new PrometheusApi(options.prometheus, signal);
    this.#history = new WatchHistory(options.goesOn ? options.watchForSeconds : Number.POSITIVE_INFINITY);
  }

  /** Waits until the servers were reached and the queues were found, for a few seconds at most; then takes the first look. */
  async begin(): Promise<void> {
    const { own, signal } = this.#around;
    const end = performance.now() + PATIENCE_MS;
    let known = -1;
    let steady = 0;
    // What is not ready yet would look like what is not there.
    while (own !== undefined && !signal.aborted) {
      const trial = new WatchHistory(0);
      trial.add(0, await this.#read([own.page]));
      const [look] = trial.looks;
      const isUp = [...own.brokers.keys()].every((name) => (look?.facts.brokers.get(name)?.up ?? 0) > 0);
      const count = look?.facts.queues.size ?? 0;
      steady = isUp && count === known ? steady + 1 : 0;
      known = count;
      if ((isUp && (!own.sources.seeks || steady >= STEADY_LOOKS)) || performance.now() > end) break;
      await sleep(PAUSE_MS, undefined, { signal }).catch(() => {});
    }
    await this.look();
    await this.refresh();
  }

  /** Asks what costs more than a look: the connections of the servers, and Prometheus. Never rejects. */
  async refresh(): Promise<void> {
    const { own, signal } = this.#around;
    const isUp = (name: string): boolean => (this.#history.looks.at(-1)?.facts.brokers.get(name)?.up ?? 0) > 0;
    await Promise.all([own?.listWorkers(isUp, signal), this.#askPrometheus()]);
  }

  /** Looks at every page once. Never rejects. */
  async look(): Promise<void> {
    const pages = await this.#read(this.#pages);
    if (pages.size > 0) this.#history.add(this.#around.now() / 1000, pages);
  }

  /** Judges what is known now. */
  examine(): Examination {
    const { options, own } = this.#around;
    const unreachable: readonly Unreachable[] = [...this.#failures].map(([source, why]) => ({ source, why }));
    return examine({
      looks: this.#history.looks,
      own,
      prometheus: this.#prometheus,
      unreachable,
      settings: options.settings,
    });
  }

  async #read(pages: readonly PageSource[]): Promise<ReadonlyMap<string, readonly Sample[]>> {
    const readings = await Promise.all(
      pages.map(async (page) => [page.name, await page.read(this.#around.signal)] as const),
    );
    const answered = new Map<string, readonly Sample[]>();
    for (const [name, reading] of readings) {
      if ("failure" in reading) this.#failures.set(name, reading.failure);
      else {
        this.#failures.delete(name);
        answered.set(name, reading.samples);
      }
    }
    return answered;
  }

  async #askPrometheus(): Promise<void> {
    const api = this.#api;
    if (api === undefined) return;
    const { selector, settings } = this.#around.options;
    try {
      const [facts, firing] = await Promise.all([readPrometheus(api, selector, settings), api.firing()]);
      this.#prometheus = {
        queues: queuesOfPrometheus(facts, settings),
        brokers: brokersOfPrometheus(facts),
        unattributed: unattributedOfPrometheus(facts, settings),
        alerts: firing.flatMap(alertReport),
      };
      this.#failures.delete(api.name);
    } catch (error) {
      if (!(error instanceof PrometheusFailure)) throw error;
      this.#prometheus = undefined;
      this.#failures.set(api.name, error.message);
    }
  }
}

/** Labels that say what an alert is about; the others are the platform's own. */
function alertReport({ alert, labels, since }: FiringAlert): readonly AlertReport[] {
  const { __name__: _, alertname: __, alertstate: ___, severity, ...about } = labels;
  return [{ alert, severity, labels: about, since }];
}
