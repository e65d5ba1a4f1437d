import { setImmediate } from "node:timers/promises";
import type { Attributes } from "@opentelemetry/api";
import type { ResourceMetrics } from "@opentelemetry/sdk-metrics";
import { addCollected } from "./collected-family.ts";
import { Families, type FamilySource } from "./families.ts";
import { getOrCreate } from "./get-or-create.ts";
import { metricName } from "./label-name.ts";
import { LabelSets } from "./label-sets.ts";
import type { LineTemplates } from "./line-template.ts";
import type { BindableMeterProvider } from "./meter-provider.ts";
import { ObservableStorage } from "./observable.ts";
import { type Observed, observe } from "./observing.ts";
import { createSink, decode, type PageEncoding, type PageSink } from "./page-sink.ts";
import { PageWriter } from "./page-writer.ts";
import { type CollectionSource, deadline } from "./producer.ts";
import { familyType, ObservedFamilySource, SeriesFamilySource, templatesFor } from "./series-family.ts";
import type { SeriesStorage } from "./series-storage.ts";

/** Options of `createExposition`. */
export interface ExpositionOptions {
  /**
   * Longest stretch, in milliseconds, for which rendering holds the event loop before it lets others run. Default 2. A
   * value that is not above 0 means the default.
   */
  readonly sliceMs?: number;
  /**
   * Labels of `target_info`. Default: the attributes of the resource of the first {@link RenderOptions.extra}; without
   * either the family is not written.
   */
  readonly targetInfo?: Attributes;
}

/** Options of one page. */
export interface RenderOptions {
  /** How long observable callbacks may take, in milliseconds; default the provider's `observeTimeoutMs`. */
  readonly timeoutMs?: number;
  /**
   * What standard providers collected, with cumulative temporality, to go on the same page. Where a name or a label set
   * meets one of ours, ours stays and the clash is counted. A promise of it is awaited while our own observables run; it
   * must not reject.
   */
  readonly extra?: readonly ResourceMetrics[] | Promise<readonly ResourceMetrics[]>;
  /**
   * Other providers of this package whose counters, histograms, up-down counters and gauges go on the same page; their observables are not asked. A promise of
   * them is awaited while our own observables run; it must not reject.
   */
  readonly beside?: readonly BindableMeterProvider[] | Promise<readonly BindableMeterProvider[]>;
  /**
   * `gzip` compresses while rendering, in a thread of zlib's, at its fastest level; a large page then costs a fraction
   * of its memory. Default `identity`.
   */
  readonly encoding?: PageEncoding;
  /**
   * What is written after everything else, as it is: pieces of text, each of whole lines that end in a line break. Asked once, with the names of the families
   * that are on the page; it must have none of these, nor a sample of theirs, and must not throw.
   */
  readonly trailer?: ((families: ReadonlySet<string>) => AsyncIterable<string>) | undefined;
}

/** A whole page in the text format 0.0.4 (`text/plain; version=0.0.4; charset=utf-8`). */
export interface ExpositionPage {
  /** The bytes, in order, to be written one after the other; each at most a few hundred kilobytes. */
  readonly chunks: readonly Buffer[];
  /** How the bytes are encoded: the value for `Content-Encoding`. */
  readonly encoding: PageEncoding;
  /** Length of all chunks together. */
  readonly byteLength: number;
  /** What observable callbacks threw or missed; the page is whole without them. */
  readonly errors: readonly unknown[];
  /** The page as a string. For tests and small pages: it copies everything at once. */
  text(): string;
}

/** Renders pages from the cells of one provider. */
export interface Exposition {
  /**
   * Runs the observables, then renders in slices. Each series is consistent in itself: recordings between two slices
   * show in the series that are not yet written. Several pages may be rendered at the same time. Rejects only when zlib
   * fails or memory is exhausted.
   */
  render(options?: RenderOptions): Promise<ExpositionPage>;
}

const DEFAULT_SLICE_MS = 2;

/** Writes pages from a provider's cells, keeping the text of series that did not change. */
export class TextExposition implements Exposition {
  readonly #source: CollectionSource;
  readonly #sliceMs: number;
  readonly #targetInfo: Attributes | undefined;
  readonly #sourceOf: (provider: BindableMeterProvider) => CollectionSource | undefined;
  readonly #templates = new WeakMap<SeriesStorage | ObservableStorage, LineTemplates>();

  constructor(
    source: CollectionSource,
    options: ExpositionOptions | undefined,
    sourceOf: (provider: BindableMeterProvider) => CollectionSource | undefined,
  ) {
    this.#source = source;
    this.#sourceOf = sourceOf;
    const sliceMs = options?.sliceMs ?? DEFAULT_SLICE_MS;
    this.#sliceMs = sliceMs > 0 ? sliceMs : DEFAULT_SLICE_MS;
    this.#targetInfo = options?.targetInfo;
  }

  async render(options?: RenderOptions): Promise<ExpositionPage> {
    const { meters, observeTimeoutMs, prune } = this.#source;
    prune();
    const [observed, extra, beside] = await Promise.all([
      observe(meters(), deadline(options?.timeoutMs, observeTimeoutMs)),
      options?.extra ?? [],
      options?.beside ?? [],
    ]);
    const families = this.#families(observed, extra, beside);
    const encoding = options?.encoding ?? "identity";
    const chunks = await this.#write(families, createSink(encoding), options?.trailer);
    return {
      chunks,
      encoding,
      byteLength: chunks.reduce((sum, chunk) => sum + chunk.length, 0),
      errors: observed.errors,
      text: () => decode(chunks, encoding),
    };
  }

  async #write(families: Families, sink: PageSink, trailer: RenderOptions["trailer"]): Promise<readonly Buffer[]> {
    const page = new PageWriter();
    let sliceEnd = performance.now() + this.#sliceMs;
    for (const _ of families.write(page)) {
      for (let full = page.takeFull(); full !== undefined; full = page.takeFull()) {
        const free = await sink.write(full);
        if (free !== undefined) page.reuse(free);
      }
      if (performance.now() < sliceEnd) continue;
      await setImmediate();
      sliceEnd = performance.now() + this.#sliceMs;
    }
    for await (const piece of trailer?.(families.names) ?? []) {
      page.text(piece);
      for (let full = page.takeFull(); full !== undefined; full = page.takeFull()) {
        const free = await sink.write(full);
        if (free !== undefined) page.reuse(free);
      }
    }
    for (const rest of page.finish()) await sink.write(rest);
    return sink.end();
  }

  #families(observed: Observed, extra: readonly ResourceMetrics[], beside: readonly BindableMeterProvider[]): Families {
    const { state } = this.#source;
    const sources = [this.#source, ...beside.map(this.#sourceOf).filter((source) => source !== undefined)];
    const families = new Families(state.refusals);
    const targetInfo = this.#targetInfo ?? extra[0]?.resource.attributes;
    if (targetInfo !== undefined) families.add("target_info", "gauge", this.#targetInfoSource(targetInfo));
    for (const meter of sources.flatMap(({ meters }) => meters())) {
      for (const storage of meter.storages) this.#addOwn(families, storage, observed);
    }
    for (const { scopeMetrics } of extra) {
      for (const { metrics } of scopeMetrics) {
        for (const metric of metrics) addCollected(families, metric, state.refusals);
      }
    }
    return families;
  }

  #addOwn(families: Families, storage: SeriesStorage | ObservableStorage, observed: Observed): void {
    const { descriptor } = storage;
    const { refusals } = this.#source.state;
    const type = familyType(descriptor);
    const name = metricName(descriptor.name, type === "counter");
    if (name === undefined) {
      refusals.refuse(descriptor.name, "exposition_clash", "unfit", () => {
        return `${JSON.stringify(descriptor.name)} has no legal name on a Prometheus page; left out.`;
      });
      return;
    }
    const templates = getOrCreate(this.#templates, storage, () => templatesFor(name, descriptor));
    if (storage instanceof ObservableStorage) {
      const observations = observed.observations.get(storage);
      if (observations === undefined || observations.size === 0) return;
      families.add(name, type, new ObservedFamilySource(descriptor, observations, templates, refusals));
    } else if (storage.hasSamples) {
      families.add(name, type, new SeriesFamilySource(storage, templates, refusals));
    }
  }

  #targetInfoSource(attributes: Attributes): FamilySource {
    const { refusals } = this.#source.state;
    const { text } = new LabelSets("target_info", refusals, [], Number.POSITIVE_INFINITY).read(attributes);
    return {
      instrument: "target_info",
      help: "Target metadata",
      mayRepeat: false,
      *write(page, seen) {
        seen?.add(text);
        page.text(`target_info${text === "" ? "" : `{${text}}`} 1\n`);
        yield;
      },
    };
  }
}
