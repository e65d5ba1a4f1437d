import { endianness } from "node:os";
import { promisify } from "node:util";
import { constants, deflate, inflate, inflateSync } from "node:zlib";
import { cellsOf, exactSum, type Slot, type SlotShape } from "./slot.ts";
import { type BaseRecord, readHeader, type SlotHeader, writeHeader } from "./slot-header.ts";

const deflateInThread = promisify(deflate);
const inflateInThread = promisify(inflate);

/** A slot as it goes over the wire. */
export interface EncodedSlot extends Slot {
  /** Counts the versions of the slot, from 1. */
  readonly seq: number;
  /** Present in the base alone. */
  readonly base?: BaseRecord | undefined;
}

/** A slot that is longer when it is inflated is none of ours. */
const LARGEST_BYTES = 64 * 1024 * 1024;
/** Compressed bytes from which inflating is left to another thread: below, handing it over takes longer. */
const IN_THREAD_BYTES = 16 * 1024;
/** What few compressed bytes may be inflated to at once. */
const INFLATED_AT_ONCE_BYTES = 512 * 1024;
/** Series whose shapes are remembered. */
const MOST_SERIES_KEPT = 100_000;
const NEWLINE = 10;
const CELL_BYTES = 8;
const IS_BIG_ENDIAN = endianness() === "BE";

/**
 * Turns slots into bytes and back: one line of JSON that names the series, then the cells as 64-bit floats, little-endian, the version's number
 * first; all of it compressed in the zlib format. Processes of one program have the same line, so that it is read but once.
 */
export class SlotCodec {
  readonly #lines = new WeakMap<SlotShape, Buffer>();
  readonly #shapes = new Map<string, SlotShape>();
  #seriesKept = 0;

  /** The slot as bytes. Long ones are written in slices, and compressed in another thread. */
  async encode({ seq, shape, cells, base }: EncodedSlot): Promise<Uint8Array> {
    const line = base === undefined ? await this.#line(shape) : lineOf(await writeHeader(shape, base));
    const bytes = Buffer.allocUnsafe(line.length + (cells.length + 1) * CELL_BYTES);
    line.copy(bytes);
    bytes.writeDoubleLE(seq, line.length);
    const numbers = Buffer.from(cells.buffer, cells.byteOffset, cells.byteLength);
    (IS_BIG_ENDIAN ? Buffer.from(numbers).swap64() : numbers).copy(bytes, line.length + CELL_BYTES);
    return deflateInThread(bytes, { level: constants.Z_BEST_SPEED });
  }

  /** The slot; `undefined` when these bytes are none that this release can read. Its sums are rounded as {@link exactSum} says. */
  async decode(encoded: Uint8Array): Promise<EncodedSlot | undefined> {
    try {
      const bytes = await inflated(encoded);
      const end = bytes.indexOf(NEWLINE);
      const { shape, base } = await this.#read(bytes.toString("utf8", 0, end));
      const count = cellsOf(shape) + 1;
      const numbers = new Float64Array(count);
      const own = Buffer.from(numbers.buffer);
      if (end < 0 || bytes.length !== end + 1 + own.length) return undefined;
      bytes.copy(own, 0, end + 1);
      if (IS_BIG_ENDIAN) own.swap64();
      const seq = numbers[0] as number;
      if (!Number.isSafeInteger(seq) || seq < 1) return undefined;
      for (let place = 1; place < count; place++) {
        const cell = exactSum(numbers[place] as number);
        if (!(cell >= 0 && cell < Number.POSITIVE_INFINITY)) return undefined;
        numbers[place] = cell;
      }
      const cells = numbers.subarray(1);
      return base === undefined ? { seq, shape, cells } : { seq, shape, cells, base };
    } catch {
      return undefined;
    }
  }

  async #read(text: string): Promise<SlotHeader> {
    const known = this.#shapes.get(text);
    if (known !== undefined) return { shape: known };
    const header = await readHeader(text);
    if (header.base === undefined) this.#remember(text, header.shape);
    return header;
  }

  #remember(text: string, shape: SlotShape): void {
    if (this.#shapes.has(text)) return;
    this.#shapes.set(text, shape);
    this.#seriesKept += shape.length;
    for (const [oldest, { length }] of this.#shapes) {
      if (this.#seriesKept <= MOST_SERIES_KEPT || oldest === text) break;
      this.#shapes.delete(oldest);
      this.#seriesKept -= length;
    }
  }

  async #line(shape: SlotShape): Promise<Buffer> {
    let line = this.#lines.get(shape);
    if (line === undefined) {
      line = lineOf(await writeHeader(shape));
      this.#lines.set(shape, line);
    }
    return line;
  }
}

function lineOf(header: string): Buffer {
  return Buffer.from(`${header}\n`);
}

async function inflated(encoded: Uint8Array): Promise<Buffer> {
  if (encoded.length < IN_THREAD_BYTES) {
    try {
      return inflateSync(encoded, { maxOutputLength: INFLATED_AT_ONCE_BYTES });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ERR_BUFFER_TOO_LARGE") throw error;
    }
  }
  return inflateInThread(encoded, { maxOutputLength: LARGEST_BYTES });
}
