import type { Meter, MeterProvider } from "@opentelemetry/api";
import type { BindableMeterProvider, SeriesCount } from "@taskvitals/meter";
import type { PageSource } from "../endpoint/index.ts";
import type { LiveSource } from "../live/live-source.ts";

/** Where the instruments of taskvitals live, and how what they hold gets out. */
export interface Telemetry {
  /** The provider for what the application measures itself. */
  readonly provider: MeterProvider;
  /** For counters and histograms. */
  readonly meter: Meter;
  /** For what the application counts itself on `sharedMeter`, as far as it is not shared. */
  readonly applicationMeter: Meter;
  /** For observable gauges; reports exactly what a collection observed. `undefined` where there is no way to. */
  readonly observables: Meter | undefined;
  /** How full each counter and histogram of taskvitals is; empty where the caller's provider does not say. */
  readonly seriesCounts: () => readonly SeriesCount[];
  /** The provider of ours that holds counters and histograms; `undefined` where they are on the caller's. */
  readonly own: BindableMeterProvider | undefined;
  /** Reads our own instruments for the live page; `undefined` where the page of `/metrics` is not ours. */
  readonly readLive: LiveSource | undefined;
  /** Builds the page of `/metrics/shared`; `undefined` where totals are not shared. */
  readonly collectSharedPage: PageSource | undefined;
  /** Builds the page of `/metrics`. */
  readonly collectPage: PageSource;
  /** Pushes what is due now. May reject. */
  flush(): Promise<void>;
  /** Pushes a last time and ends. May reject. */
  shutdown(): Promise<void>;
}

/** Name of the scope of what the application counts on `sharedMeter`. */
export const APPLICATION_SCOPE_NAME = "application";

/** Name of the scope under which the instruments are created. */
export const SCOPE_NAME = "taskvitals";
