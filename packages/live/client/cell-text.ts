import type { CountedRow, QueueRow } from "../src/live-state.ts";
import { reasonText } from "./findings.ts";
import { DASH } from "./number-text.ts";
import { absences } from "./phrases/absence-phrases.ts";
import type { Phrase } from "./phrases/phrase.ts";
import type { Voice } from "./voice.ts";

/** What stands in a cell. */
export interface CellText {
  /** Its text; a dash where nothing is known. */
  readonly text: string;
  /** Why nothing is known. */
  readonly why?: string | undefined;
}

/** Whether more is known of a queue than its tasks: otherwise why not. */
function unknownOf(row: QueueRow, otherwise: Phrase, voice: Voice): CellText {
  if (row.verdict === "unread") return { text: DASH, why: voice.say(absences.unread) };
  const reason = reasonText(row.reason, voice);
  const why = reason === undefined ? voice.say(otherwise) : voice.say(absences.unreadable, { reason });
  return { text: DASH, why };
}

/** Tasks that wait. */
export function readyText(row: QueueRow, voice: Voice): CellText {
  return row.ready === undefined ? unknownOf(row, absences.untold, voice) : { text: voice.numbers.count(row.ready) };
}

/** How long the oldest of them has waited. */
export function oldestText(row: QueueRow, voice: Voice): CellText {
  return row.oldestAgeSeconds === undefined
    ? unknownOf(row, absences.untold, voice)
    : { text: voice.numbers.duration(row.oldestAgeSeconds) };
}

/** `3 / 8`: tasks that run, and slots; each a dash where it is not known. */
export function slotsText({ active, slots }: QueueRow, voice: Voice): CellText {
  if (active === undefined && slots === undefined) return { text: DASH, why: voice.say(absences.noWorkerTells) };
  const text = `${active === undefined ? DASH : voice.numbers.count(active)} / ${slots === undefined ? DASH : voice.numbers.count(slots)}`;
  return slots === undefined ? { text, why: voice.say(absences.noSlots) } : { text };
}

/** Tasks that ended per second. */
export function rateText({ perSecond }: CountedRow, voice: Voice): CellText {
  return perSecond === undefined
    ? { text: DASH, why: voice.say(absences.notCounted) }
    : { text: voice.numbers.number(perSecond) };
}

/** Share of the tasks that failed. Of none that ended there is no share. */
export function failureText({ ended, failureRatio }: CountedRow, voice: Voice): CellText {
  if (failureRatio !== undefined) return { text: voice.numbers.share(failureRatio) };
  return { text: DASH, why: voice.say(ended === 0 ? absences.noneEnded : absences.notCounted) };
}

/** 95 of 100 waited no longer. */
export function waitText({ ended, waitP95 }: CountedRow, voice: Voice): CellText {
  if (waitP95 !== undefined) return { text: voice.numbers.duration(waitP95) };
  return { text: DASH, why: voice.say(ended === undefined ? absences.notCounted : absences.noneStarted) };
}

/** 95 of 100 ran no longer. */
export function runText({ ended, runP95 }: CountedRow, voice: Voice): CellText {
  if (runP95 !== undefined) return { text: voice.numbers.duration(runP95) };
  return { text: DASH, why: voice.say(ended === undefined ? absences.notCounted : absences.noneRan) };
}

/** How old the reading is; counts on by itself. */
export function readingText(row: QueueRow, now: number, voice: Voice): CellText {
  if (row.verdict === "unread") return { text: DASH, why: voice.say(absences.unread) };
  const reason = reasonText(row.reason, voice);
  if (row.readAt === undefined) {
    if (reason === undefined) return { text: DASH, why: voice.say(absences.notRead) };
    return { text: voice.say(absences.neverReadBecause, { reason }) };
  }
  const time = voice.numbers.age(now - row.readAt);
  if (reason !== undefined) return { text: voice.say(absences.noReadingBecause, { time, reason }) };
  return { text: voice.say(row.cause === "stale" ? absences.noReading : absences.ago, { time }) };
}
