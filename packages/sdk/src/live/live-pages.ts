import { invalidOption } from "@taskvitals/core";
import { LiveFeed, liveDocument } from "@taskvitals/live";
import type { LivePage, LivePageOptions } from "../endpoint/index.ts";
import { describeFailure } from "../endpoint/page-unavailable.ts";
import type { StartContext } from "../start-context.ts";
import type { Telemetry } from "../telemetry/telemetry.ts";
import { PROCESS_SOURCE } from "./live-source.ts";
import { createLoopMeter } from "./loop-meter.ts";

/** The live page of this process: one history, however many servers show it. */
export class LivePages {
  readonly #context: StartContext;
  readonly #telemetry: Telemetry;
  readonly #countsFromZero: boolean;
  #feed: LiveFeed | undefined;

  /**
   * Reads nothing before the first page is asked for.
   *
   * @param countsFromZero - whether all counters of the process begin with it; those that workers keep in Redis do not
   */
  constructor(context: StartContext, telemetry: Telemetry, countsFromZero: boolean) {
    this.#context = context;
    this.#telemetry = telemetry;
    this.#countsFromZero = countsFromZero;
  }

  /** As {@link page}, at the start of the process, before it has counted anything: what the first reading shows was counted since. */
  pageFromStart({ thresholds }: LivePageOptions): LivePage {
    this.#feed ??= this.#begin(thresholds, this.#countsFromZero ? PROCESS_SOURCE : undefined);
    return this.page();
  }

  /**
   * Begins to read, where nobody has yet; the thresholds of the first call hold.
   *
   * @throws TaskVitalsError `INVALID_OPTION` where the numbers are not ours to show
   */
  page({ thresholds }: LivePageOptions = {}): LivePage {
    this.#feed ??= this.#begin(thresholds);
    const feed = this.#feed;
    return {
      document: liveDocument,
      state: () => feed.state(),
      history: (subject) => feed.history(subject),
      listen: (listener) => feed.listen(listener),
    };
  }

  /** What is counted jumped: see `LiveFeed.rebase`. */
  rebase(): void {
    this.#feed?.rebase();
  }

  /** Ends reading, and every stream. */
  end(): void {
    this.#feed?.end();
  }

  #begin(thresholds: LivePageOptions["thresholds"], newborn?: string): LiveFeed {
    const { settings } = this.#context;
    const { readLive } = this.#telemetry;
    if (readLive === undefined) {
      throw invalidOption({
        path: "meterProvider",
        expected: "none beside livePage(), which shows what a provider of ours holds",
      });
    }
    const feed = new LiveFeed({
      read: readLive,
      describe: describeFailure,
      about: {
        service: settings.serviceName ?? "unknown_service",
        pid: process.pid,
        tasksOf: settings.sharedTotals === undefined ? "process" : "platform",
        metricsPath: settings.endpoint?.path ?? "/metrics",
      },
      thresholds,
      now: Date.now,
      elapsed: () => performance.now(),
      loopBusy: createLoopMeter(),
    });
    feed.start(newborn);
    return feed;
  }
}
