import { BUCKETS, SUM } from "./histogram.ts";
import { INSTRUMENT_KINDS } from "./sdk-shapes.ts";
import { PAYLOAD, RENDERED, type Series } from "./series.ts";

/** A number as Prometheus reads it. */
export function numberText(value: number): string {
  if (value === Infinity) return "+Inf";
  if (value === -Infinity) return "-Inf";
  return String(value);
}

/**
 * The values of a series, one per line. A series that has not changed since it was last rendered keeps its text; only a
 * changed one is rendered again. Reading all cells of a series in one go is what makes its count equal its +Inf bucket.
 */
export function seriesText(series: Series): string {
  const { mark } = series;
  const rendered = series.offset + RENDERED;
  if (series.cells[rendered] === mark && series.text !== "") return series.text;
  const isHistogram = series.storage.descriptor.kind === INSTRUMENT_KINDS.histogram;
  series.text = isHistogram ? histogramText(series) : `${numberText(mark)}\n`;
  series.cells[rendered] = mark;
  return series.text;
}

const NEWLINE = 10;
const ZERO = 48;
/** The longest double in JavaScript's notation has 24 characters. */
const LONGEST_NUMBER = 25;

function histogramText(series: Series): string {
  const { cells, offset, storage } = series;
  const first = offset + PAYLOAD + BUCKETS;
  const last = first + storage.descriptor.bounds.length;
  const bytes = storage.scratch((last - first + 3) * LONGEST_NUMBER);
  let at = 0;
  let count = 0;
  for (let cell = first; cell <= last; cell++) {
    count += cells[cell] as number;
    at = writeInteger(bytes, at, count);
    bytes[at++] = NEWLINE;
  }
  at = writeAscii(bytes, at, numberText(cells[offset + PAYLOAD + SUM] as number));
  bytes[at++] = NEWLINE;
  at = writeInteger(bytes, at, count);
  bytes[at++] = NEWLINE;
  return bytes.toString("latin1", 0, at);
}

function writeInteger(bytes: Buffer, at: number, value: number): number {
  if (value < 10) {
    bytes[at] = ZERO + value;
    return at + 1;
  }
  if (value >= 1e9) return writeAscii(bytes, at, String(value));
  let digits = 2;
  for (let limit = 100; limit <= value; limit *= 10) digits++;
  let rest = value | 0;
  for (let place = at + digits - 1; place >= at; place--) {
    const tenth = (rest / 10) | 0;
    bytes[place] = ZERO + rest - tenth * 10;
    rest = tenth;
  }
  return at + digits;
}

function writeAscii(bytes: Buffer, at: number, text: string): number {
  for (let index = 0; index < text.length; index++) bytes[at + index] = text.charCodeAt(index);
  return at + text.length;
}
