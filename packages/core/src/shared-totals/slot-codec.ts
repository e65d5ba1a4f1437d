import { promisify } from "node:util";
import { constants, deflate, inflate, inflateSync } from "node:zlib";
import {
  cellsOf,
  type Slot,
  type SlotInstrument,
  type SlotInstrumentKind,
  type SlotLabels,
  type SlotSeries,
  type SlotShape,
  slotSeries,
} from "./slot.ts";

const deflateInThread = promisify(deflate);
const inflateInThread = promisify(inflate);

/** The format that is written. A release reads its own and that of the release before. */
export const SLOT_FORMAT = 1;

/** What only the base has: see {@link EncodedSlot}. */
export interface BaseRecord {
  /** Slots that are in the base: identity to the version that is, and when it was added, in milliseconds since the epoch. */
  readonly folded: Readonly<Record<string, readonly [seq: number, atMs: number]>>;
  /** When something was last added to each series, in the order of the shape, in milliseconds since the epoch. */
  readonly touched: readonly number[];
}

/** A slot as it goes over the wire. */
export interface EncodedSlot extends Slot {
  readonly seq: number;
  /** Present in the base alone. */
  readonly base?: BaseRecord | undefined;
}

interface Header {
  readonly v: number;
  readonly instruments: readonly (readonly [name: string, kind: string, bounds?: readonly number[]])[];
  readonly series: readonly (readonly [instrument: number, labels: SlotLabels])[];
  readonly base?: BaseRecord;
}

const KINDS: ReadonlySet<string> = new Set<SlotInstrumentKind>(["counter", "histogram", "living"]);
const LARGEST_BYTES = 64 * 1024 * 1024;
/** Compressed bytes from which inflating is left to another thread: below, handing it over takes longer. */
const IN_THREAD_BYTES = 32 * 1024;
const SHAPES_KEPT = 512;
const NEWLINE = 10;

/**
 * Turns slots into bytes and back: one line of JSON that names the series, then the cells as 64-bit floats, little-endian, the version's number
 * first; all of it compressed in the zlib format. Processes of one program have the same line, so that it is read but once.
 */
export class SlotCodec {
  readonly #headers = new WeakMap<SlotShape, string>();
  readonly #shapes = new Map<string, SlotShape>();

  async encode({ seq, shape, cells, base }: EncodedSlot): Promise<Uint8Array> {
    const header = base === undefined ? this.#header(shape) : JSON.stringify({ ...headerOf(shape), base });
    const numbers = new Float64Array(cells.length + 1);
    numbers[0] = seq;
    numbers.set(cells, 1);
    const bytes = Buffer.concat([Buffer.from(`${header}\n`), Buffer.from(numbers.buffer)]);
    return deflateInThread(bytes, { level: constants.Z_BEST_SPEED });
  }

  /** The slot; `undefined` when these bytes are none that this release can read. */
  async decode(encoded: Uint8Array): Promise<EncodedSlot | undefined> {
    try {
      const options = { maxOutputLength: LARGEST_BYTES };
      const bytes =
        encoded.length < IN_THREAD_BYTES ? inflateSync(encoded, options) : await inflateInThread(encoded, options);
      return this.#read(bytes);
    } catch {
      return undefined;
    }
  }

  #read(bytes: Buffer): EncodedSlot | undefined {
    const end = bytes.indexOf(NEWLINE);
    if (end < 0) return undefined;
    const text = bytes.toString("utf8", 0, end);
    const numbers = new Float64Array((bytes.length - end - 1) / 8);
    new Uint8Array(numbers.buffer).set(bytes.subarray(end + 1));
    const known = this.#shapes.get(text);
    const header = known === undefined ? (JSON.parse(text) as Header) : undefined;
    const shape = known ?? shapeOf(header as Header);
    const [seq = 0] = numbers;
    const cells = numbers.subarray(1);
    const isSound =
      Number.isSafeInteger(seq) && seq > 0 && cells.length === cellsOf(shape) && cells.every((cell) => cell >= 0);
    if (!isSound || cells.includes(Number.POSITIVE_INFINITY)) return undefined;
    if (header?.base !== undefined) return { seq, shape, cells, base: header.base };
    if (known === undefined) this.#remember(text, shape);
    return { seq, shape, cells };
  }

  #remember(text: string, shape: SlotShape): void {
    if (this.#shapes.size >= SHAPES_KEPT) this.#shapes.clear();
    this.#shapes.set(text, shape);
  }

  #header(shape: SlotShape): string {
    let header = this.#headers.get(shape);
    if (header === undefined) {
      header = JSON.stringify(headerOf(shape));
      this.#headers.set(shape, header);
    }
    return header;
  }
}

function headerOf(shape: SlotShape): Header {
  const places = new Map<SlotInstrument, number>();
  const series = shape.map(({ instrument, labels }): [number, SlotLabels] => {
    const place = places.get(instrument) ?? places.size;
    places.set(instrument, place);
    return [place, labels];
  });
  const instruments = [...places.keys()].map(({ name, kind, bounds }): [string, string, (readonly number[])?] =>
    kind === "histogram" ? [name, kind, bounds] : [name, kind],
  );
  return { v: SLOT_FORMAT, instruments, series };
}

/** @throws Error when it is no header of ours */
function shapeOf({ v, instruments, series }: Header): readonly SlotSeries[] {
  if (v !== SLOT_FORMAT) throw new Error("another format");
  const known = instruments.map(([name, kind, bounds = []]): SlotInstrument => {
    const isRising = bounds.every((bound, index) => Number.isFinite(bound) && bound > (bounds[index - 1] ?? -Infinity));
    if (typeof name !== "string" || !KINDS.has(kind) || !isRising) throw new Error("no instrument");
    return { name, kind: kind as SlotInstrumentKind, bounds: kind === "histogram" ? bounds : [] };
  });
  return series.map(([place, labels]) => {
    const instrument = known[place];
    const areLabels = Object.values(labels).every((value) => typeof value === "string" || typeof value === "boolean");
    if (instrument === undefined || !areLabels) throw new Error("no series");
    return slotSeries(instrument, labels);
  });
}
