import type { BrokerRow, QueueRow } from "../src/live-state.ts";
import { DASH } from "./number-text.ts";
import { reasons } from "./phrases/absence-phrases.ts";
import { brokerFindings, healthyQueue, queueFindings, unreadQueue } from "./phrases/finding-phrases.ts";
import { visibleName } from "./visible-name.ts";
import type { Voice } from "./voice.ts";

/** What was seen and what to do, in the language of the page. */
export interface Finding {
  /** The decisive observation. */
  readonly because: string;
  /** The next step; absent where there is none to take. */
  readonly next?: string | undefined;
}

/** What is said of a queue: in English the words of the server, else the same composed from its numbers. */
export function queueFinding(row: QueueRow, now: number, voice: Voice): Finding {
  if (voice.language === "en") return { because: sentence(row.because), next: row.next };
  const { numbers } = voice;
  const number = (value: number | undefined): string => (value === undefined ? DASH : numbers.count(value));
  const time = (value: number | undefined): string => (value === undefined ? DASH : numbers.duration(value));
  const values = {
    ready: number(row.ready),
    active: number(row.active),
    slots: number(row.slots),
    overdue: number(row.overdue),
    ended: number(row.ended),
    oldest: time(row.oldestAgeSeconds),
    age: row.readAt === undefined ? DASH : numbers.age(now - row.readAt),
    ratio: row.failureRatio === undefined ? DASH : numbers.share(row.failureRatio),
    reason: reasonText(row.reason, voice) ?? DASH,
  };
  if (row.verdict === "unread") return { because: put(unreadQueue, values) };
  if (row.cause === undefined) return { because: put(healthyQueue, values) };
  const { because, next } = queueFindings[row.cause];
  return { because: put(because, values), next };
}

/** What is said of a broker. */
export function brokerFinding(row: BrokerRow, voice: Voice): Finding {
  if (voice.language === "en") return { because: sentence(row.because), next: row.next };
  const { numbers } = voice;
  const { because, next } = brokerFindings[row.verdict];
  const bytes = (value: number | undefined): string => (value === undefined ? DASH : numbers.bytes(value));
  const ping = row.pingSeconds === undefined ? DASH : numbers.duration(row.pingSeconds);
  const values = { ping, memory: bytes(row.memoryBytes), limit: bytes(row.memoryLimitBytes) };
  return { because: put(because, values), next: next === "" ? undefined : next };
}

/** Why a reading fails; a reason that this page does not know is shown as it came. */
export function reasonText(reason: string | undefined, voice: Voice): string | undefined {
  if (reason === undefined) return undefined;
  const phrase = Object.hasOwn(reasons, reason) ? reasons[reason] : undefined;
  return phrase === undefined ? visibleName(reason) : voice.say(phrase);
}

/** The server says it in the middle of a sentence; here it stands alone. */
function sentence(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function put(text: string, values: Readonly<Record<string, string>>): string {
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => values[name] ?? whole);
}
