import { type FamilySource, type FamilyType, isFirst } from "./families.ts";
import type { InstrumentDescriptor } from "./instrument-descriptor.ts";
import { histogramTemplates, type LineTemplates, scalarTemplates } from "./line-template.ts";
import type { Observations } from "./observable.ts";
import type { PageWriter } from "./page-writer.ts";
import type { Refusals } from "./refusals.ts";
import { INSTRUMENT_KINDS } from "./sdk-shapes.ts";
import type { SeriesStorage } from "./series-storage.ts";
import { numberText, seriesText } from "./series-text.ts";

/** Series between two looks at the clock. */
export const STEP = 16;

/** The type under which an instrument stands on a page. */
export function familyType({ kind }: InstrumentDescriptor): FamilyType {
  if (kind === INSTRUMENT_KINDS.histogram) return "histogram";
  return kind === INSTRUMENT_KINDS.counter || kind === INSTRUMENT_KINDS.observableCounter ? "counter" : "gauge";
}

/** The lines of one series of an instrument. */
export function templatesFor(name: string, descriptor: InstrumentDescriptor): LineTemplates {
  if (descriptor.kind === INSTRUMENT_KINDS.histogram) return histogramTemplates(name, descriptor.bounds);
  return scalarTemplates(name);
}

/** The samples of a synchronous instrument, straight from its cells. */
export class SeriesFamilySource implements FamilySource {
  readonly mayRepeat = false;
  readonly #storage: SeriesStorage;
  readonly #templates: LineTemplates;
  readonly #refusals: Refusals;

  constructor(storage: SeriesStorage, templates: LineTemplates, refusals: Refusals) {
    this.#storage = storage;
    this.#templates = templates;
    this.#refusals = refusals;
  }

  get instrument(): string {
    return this.#storage.descriptor.name;
  }

  get help(): string {
    return this.#storage.descriptor.description;
  }

  *write(page: PageWriter, seen: Set<string> | undefined): Generator<void> {
    const { labelled, bare } = this.#templates;
    let step = 0;
    for (const series of this.#storage.list()) {
      // Between two slices a series may have been removed, and with it the right to show it.
      if (!series.hasValue || !this.#storage.isLive(series)) continue;
      const { labels } = series;
      if (seen !== undefined && !isFirst(seen, labels, this.instrument, this.#refusals)) continue;
      page.series(labels === "" ? bare : labelled, labels, seriesText(series));
      if (++step % STEP === 0) yield;
    }
  }
}

/** The samples of an observable: exactly what this collection observed. */
export class ObservedFamilySource implements FamilySource {
  readonly instrument: string;
  readonly help: string;
  readonly mayRepeat = false;
  readonly #observations: Observations;
  readonly #templates: LineTemplates;
  readonly #refusals: Refusals;

  constructor(
    descriptor: InstrumentDescriptor,
    observations: Observations,
    templates: LineTemplates,
    refusals: Refusals,
  ) {
    this.instrument = descriptor.name;
    this.help = descriptor.description;
    this.#observations = observations;
    this.#templates = templates;
    this.#refusals = refusals;
  }

  *write(page: PageWriter, seen: Set<string> | undefined): Generator<void> {
    const { labelled, bare } = this.#templates;
    let step = 0;
    for (const [labels, { value }] of this.#observations) {
      if (seen !== undefined && !isFirst(seen, labels, this.instrument, this.#refusals)) continue;
      page.series(labels === "" ? bare : labelled, labels, `${numberText(value)}\n`);
      if (++step % STEP === 0) yield;
    }
  }
}
