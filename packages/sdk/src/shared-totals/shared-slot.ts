import {
  contract,
  exactSum,
  type Slot,
  type SlotInstrument,
  type SlotSeries,
  type SlotShape,
  slotSeries,
  type TaskActivitySource,
} from "@taskvitals/core";
import type { BindableMeterProvider, SnapshotSeries, TotalsReader } from "@taskvitals/meter";

const ACTIVE = living(contract.taskActive.name);
const CONCURRENCY = living(contract.taskConcurrency.name);

/** What this process tells the others: its counters and histograms, and what runs in it now. */
export class SharedSlot {
  readonly #totals: TotalsReader;
  readonly #activity: TaskActivitySource;
  readonly #instruments = new Map<string, SlotInstrument>();
  readonly #series = new WeakMap<SnapshotSeries, SlotSeries>();
  #snapshotShape: readonly SnapshotSeries[] | undefined;
  #counted: readonly SlotSeries[] = [];
  readonly #living = new Map<string, SlotSeries>();
  #livingKeys = "";
  #shape: SlotShape = [];

  /** `counted` has the instruments that are shared, and no others. */
  constructor(counted: BindableMeterProvider, activity: TaskActivitySource) {
    this.#totals = counted.createTotalsReader(exactSum);
    this.#activity = activity;
  }

  /** The slot now. Its shape is the same object as long as the series are the same. */
  read(): Slot {
    const { shape, cells: counted } = this.#totals.read();
    const living = this.#readLiving();
    const keys = [...living.keys()].map(({ key }) => key).join("\n");
    if (shape !== this.#snapshotShape) this.#counted = shape.map((series) => this.#seriesOf(series));
    if (shape !== this.#snapshotShape || keys !== this.#livingKeys) this.#shape = [...this.#counted, ...living.keys()];
    this.#snapshotShape = shape;
    this.#livingKeys = keys;
    const cells = new Float64Array(counted.length + living.size);
    cells.set(counted);
    cells.set([...living.values()], counted.length);
    return { shape: this.#shape, cells };
  }

  #readLiving(): Map<SlotSeries, number> {
    const found = new Map<SlotSeries, number>();
    for (const { queue, active } of this.#activity.activities()) found.set(this.#livingSeries(ACTIVE, queue), active);
    for (const [queue, slots] of this.#activity.concurrency()) {
      found.set(this.#livingSeries(CONCURRENCY, queue), slots);
    }
    for (const [key, series] of this.#living) if (!found.has(series)) this.#living.delete(key);
    return found;
  }

  #livingSeries(instrument: SlotInstrument, queue: string): SlotSeries {
    const key = `${instrument.name} ${queue}`;
    const known = this.#living.get(key);
    if (known !== undefined) return known;
    const series = slotSeries(instrument, { queue });
    this.#living.set(key, series);
    return series;
  }

  #seriesOf(snapshot: SnapshotSeries): SlotSeries {
    const known = this.#series.get(snapshot);
    if (known !== undefined) return known;
    const { instrument: name, kind, bounds, attributes } = snapshot;
    const key = `${name} ${kind}`;
    let instrument = this.#instruments.get(key);
    if (instrument === undefined) {
      instrument = { name, kind, bounds };
      this.#instruments.set(key, instrument);
    }
    const series = slotSeries(instrument, attributes);
    this.#series.set(snapshot, series);
    return series;
  }
}

function living(name: string): SlotInstrument {
  return { name, kind: "living", bounds: [] };
}
