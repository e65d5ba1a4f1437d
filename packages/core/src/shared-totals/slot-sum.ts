import { LoopShare } from "../loop-share.ts";
import type { Slot, SlotInstrument, SlotSeries } from "./slot.ts";
import type { EncodedSlot } from "./slot-codec.ts";

/** A series of the platform. */
export interface SharedSeries {
  /** Its instrument and labels. */
  readonly series: SlotSeries;
  /** Its numbers, as in a slot. */
  readonly cells: Float64Array;
}

/** What all slots come to. */
export interface SharedTotals {
  /** The series to show: of each instrument name those of one form. Their order is of no meaning. */
  readonly series: readonly SharedSeries[];
  /** Forms of instruments that are left out: their name is taken by one with other bounds, or of another kind. */
  readonly apart: readonly SlotInstrument[];
  /** Processes that are alive. */
  readonly processes: number;
}

/** What a slot tells of its process. */
export interface SlotState {
  /** Whether it gave a sign of life lately: only then its `living` instruments count. */
  readonly isAlive: boolean;
  /** Whether it said that it ended: then it has no say in which bounds are shown. */
  readonly hasEnded: boolean;
}

interface Form {
  readonly instrument: SlotInstrument;
  /** Processes that have it and did not say that they ended. */
  users: number;
  /** When a process that had it was folded the last time, in milliseconds since the epoch; infinite for one that is about to be. */
  usedAtMs: number;
  readonly series: SharedSeries[];
}

/** Adds slots up, one after the other, in slices that leave the event loop its turns. */
export class SlotSum {
  readonly #totals = new Map<string, SharedSeries>();
  readonly #forms = new Map<string, Form>();
  /** Slots that were read together share their instruments: the text of a form is made but once for each. */
  readonly #formsByInstrument = new Map<SlotInstrument, Form>();
  readonly #share = new LoopShare();
  #processes = 0;

  /** Adds the slot of a process. */
  async add({ shape, cells }: Slot, { isAlive, hasEnded }: SlotState): Promise<void> {
    if (isAlive) this.#processes += 1;
    const seen = new Set<Form>();
    let at = 0;
    for (const series of shape) {
      if (series.instrument.kind !== "living" || isAlive) {
        this.#add(series, cells, at);
        seen.add(this.#form(series.instrument));
      }
      at += series.width;
      if (this.#share.isUsed()) await this.#share.pause();
    }
    for (const form of seen) {
      if (hasEnded) form.usedAtMs = Number.POSITIVE_INFINITY;
      else form.users += 1;
    }
  }

  /** Adds the base: what processes had that are no more. */
  async addBase({ shape, cells, base }: EncodedSlot): Promise<void> {
    let at = 0;
    for (const [index, series] of shape.entries()) {
      this.#add(series, cells, at);
      at += series.width;
      const form = this.#form(series.instrument);
      form.usedAtMs = Math.max(form.usedAtMs, base?.touched[index] ?? 0);
      if (this.#share.isUsed()) await this.#share.pause();
    }
  }

  /** What was added so far. */
  result(): SharedTotals {
    for (const form of this.#forms.values()) form.series.length = 0;
    for (const total of this.#totals.values()) this.#form(total.series.instrument).series.push(total);
    const shown = new Map<string, Form>();
    for (const form of this.#forms.values()) {
      const { name } = form.instrument;
      const other = shown.get(name);
      if (other === undefined || isMoreUsed(form, other)) shown.set(name, form);
    }
    const apart = [...this.#forms.values()].filter((form) => shown.get(form.instrument.name) !== form);
    return {
      series: [...shown.values()].flatMap(({ series }) => series),
      apart: apart.map(({ instrument }) => instrument),
      processes: this.#processes,
    };
  }

  #add(series: SlotSeries, cells: Float64Array, at: number): void {
    const total = this.#totals.get(series.key);
    if (total === undefined) {
      this.#totals.set(series.key, { series, cells: cells.slice(at, at + series.width) });
      return;
    }
    const sums = total.cells;
    for (let cell = 0; cell < series.width; cell++) {
      sums[cell] = (sums[cell] as number) + (cells[at + cell] as number);
    }
  }

  #form(instrument: SlotInstrument): Form {
    let form = this.#formsByInstrument.get(instrument);
    if (form !== undefined) return form;
    const key = formOf(instrument);
    form = this.#forms.get(key) ?? { instrument, users: 0, usedAtMs: 0, series: [] };
    this.#forms.set(key, form);
    this.#formsByInstrument.set(instrument, form);
    return form;
  }
}

/**
 * Every exposer has to choose the same form: what most processes have, else what was used last, else what has counted more, else the first by name.
 * In a rolling deploy it changes once; a process that hangs for a while, or the last one that ends, does not change it.
 */
function isMoreUsed(one: Form, other: Form): boolean {
  if (one.users !== other.users) return one.users > other.users;
  if (one.usedAtMs !== other.usedAtMs) return one.usedAtMs > other.usedAtMs;
  const difference = counted(one) - counted(other);
  return difference === 0 ? formOf(one.instrument) < formOf(other.instrument) : difference > 0;
}

function counted({ series }: Form): number {
  return series.reduce((sum, { cells }) => sum + cells.reduce((own, cell) => own + cell, 0), 0);
}

function formOf({ name, kind, bounds }: SlotInstrument): string {
  return `${name} ${kind} ${bounds.join(" ")}`;
}
