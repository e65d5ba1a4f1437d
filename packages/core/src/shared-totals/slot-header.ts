import { LoopShare } from "../loop-share.ts";
import {
  type SlotInstrument,
  type SlotInstrumentKind,
  type SlotLabels,
  type SlotSeries,
  type SlotShape,
  slotSeries,
} from "./slot.ts";

/** The format that is written. A release reads its own and that of the release before. */
export const SLOT_FORMAT = 1;

/** What only the base has: which slots are in it, and when its series were last added to. */
export interface BaseRecord {
  /** Slots that are in the base: identity to the version that is, and when it was added, in milliseconds since the epoch. */
  readonly folded: Readonly<Record<string, readonly [seq: number, atMs: number]>>;
  /** When something was last added to each series, in the order of the shape, in milliseconds since the epoch. */
  readonly touched: readonly number[];
}

/** What the line of text before the numbers says. */
export interface SlotHeader {
  /** The series, in the order of their numbers. */
  readonly shape: SlotShape;
  /** Present in the base alone. */
  readonly base?: BaseRecord;
}

const KINDS: ReadonlySet<unknown> = new Set<SlotInstrumentKind>(["counter", "histogram", "living"]);

/** The header as JSON on one line; a long one is written in slices. */
export async function writeHeader(shape: SlotShape, base?: BaseRecord): Promise<string> {
  const share = new LoopShare();
  const places = new Map<SlotInstrument, number>();
  const series: string[] = [];
  for (const { instrument, labels } of shape) {
    const place = places.get(instrument) ?? places.size;
    places.set(instrument, place);
    series.push(`[${place},${JSON.stringify(labels)}]`);
    if (share.isUsed()) await share.pause();
  }
  const instruments = [...places.keys()].map(({ name, kind, bounds }) =>
    JSON.stringify(kind === "histogram" ? [name, kind, bounds] : [name, kind]),
  );
  const record = base === undefined ? "" : `,"base":${JSON.stringify(base)}`;
  return `{"v":${SLOT_FORMAT},"instruments":[${instruments.join(",")}],"series":[${series.join(",")}]${record}}`;
}

/**
 * Reads a header; fields that it does not know are left out, so that a release can add some. A long one is read in slices.
 *
 * @throws Error when it is none, or of another format
 */
export async function readHeader(text: string): Promise<SlotHeader> {
  const { v, instruments, series, base } = fieldsOf(JSON.parse(text));
  if (v !== SLOT_FORMAT) throw new Error("another format");
  const known = listOf(instruments).map(instrumentOf);
  const share = new LoopShare();
  const shape: SlotSeries[] = [];
  for (const item of listOf(series)) {
    const [place, labels] = listOf(item);
    const instrument = known[place as number];
    if (instrument === undefined) throw new Error("no instrument");
    shape.push(slotSeries(instrument, labelsOf(labels)));
    if (share.isUsed()) await share.pause();
  }
  return base === undefined ? { shape } : { shape, base: baseOf(base, shape.length) };
}

function instrumentOf(item: unknown): SlotInstrument {
  const [name, kind, bounds = []] = listOf(item);
  if (typeof name !== "string" || !KINDS.has(kind)) throw new Error("no instrument");
  if (kind !== "histogram") return { name, kind: kind as SlotInstrumentKind, bounds: [] };
  const numbers = listOf(bounds).map(numberOf);
  if (!numbers.every((bound, index) => index === 0 || bound > (numbers[index - 1] as number)))
    throw new Error("bounds");
  return { name, kind: "histogram", bounds: numbers };
}

function labelsOf(value: unknown): SlotLabels {
  const labels = fieldsOf(value);
  for (const name in labels) {
    if (typeof labels[name] !== "string" && typeof labels[name] !== "boolean") throw new Error("no label");
  }
  return labels as SlotLabels;
}

function baseOf(value: unknown, seriesCount: number): BaseRecord {
  const { folded, touched } = fieldsOf(value);
  for (const item of Object.values(fieldsOf(folded))) {
    const [seq, atMs] = listOf(item);
    if (!Number.isSafeInteger(seq) || numberOf(seq) < 1) throw new Error("no version");
    numberOf(atMs);
  }
  const times = listOf(touched).map(numberOf);
  if (times.length !== seriesCount) throw new Error("times of other series");
  return { folded: folded as BaseRecord["folded"], touched: times };
}

function fieldsOf(value: unknown): Record<string, unknown> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw new Error("no object");
  return value as Record<string, unknown>;
}

function listOf(value: unknown): unknown[] {
  if (!Array.isArray(value)) throw new Error("no list");
  return value;
}

function numberOf(value: unknown): number {
  if (!Number.isFinite(value)) throw new Error("no number");
  return value as number;
}
