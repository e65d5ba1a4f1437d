import { LoopShare, type SlotEntry, type StoreListing } from "@taskvitals/core";

/** Fields beside the slots in the hash of versions. */
const OWN_FIELDS: ReadonlySet<string> = new Set(["server", "since", "base"]);

/** What the listing script says, but for the slots. */
export interface ListingHead {
  readonly nowMs: number;
  readonly unbrokenSinceMs: number;
  readonly baseToken: string;
  /** What the server says of its memory; empty unless asked for. */
  readonly memory: string;
  /** Names and entries by turns; `undefined` when they are too many for one answer. */
  readonly entries: readonly string[] | undefined;
}

/** Reads the answer of the listing script; `undefined` when it is none. */
export function listingHead(reply: unknown): ListingHead | undefined {
  if (!Array.isArray(reply) || reply.length < 6) return undefined;
  const [now, since, token, count, memory, entries] = reply as unknown[];
  const listed = textsOf(entries);
  return {
    nowMs: Number(now),
    unbrokenSinceMs: Number(since),
    baseToken: String(token),
    memory: String(memory),
    entries: listed.length >= 2 * Number(count) ? listed : undefined,
  };
}

/** A page of `HSCAN`: where to go on (`"0"`: nowhere), and names and entries by turns. */
export function listingPage(reply: unknown): { readonly cursor: string; readonly entries: readonly string[] } {
  const [cursor, entries] = Array.isArray(reply) ? reply : ["0", []];
  return { cursor: String(cursor), entries: textsOf(entries) };
}

/** The listing, and how many bytes each slot has. */
export interface SizedListing {
  readonly listing: StoreListing;
  readonly bytes: ReadonlyMap<string, number>;
}

/** Puts a listing together; of thousands of slots in several turns of the event loop. */
export async function sizedListing(head: ListingHead, entries: readonly string[]): Promise<SizedListing> {
  const { nowMs, unbrokenSinceMs, baseToken } = head;
  const slots = new Map<string, SlotEntry>();
  const bytes = new Map<string, number>();
  const share = new LoopShare();
  for (let at = 0; at + 1 < entries.length; at += 2) {
    const [id, token] = [entries[at] as string, entries[at + 1] as string];
    if (OWN_FIELDS.has(id)) continue;
    const [seq, aliveAtMs, ended, length] = token.split(":").map(Number);
    if (!seq || aliveAtMs === undefined) continue;
    slots.set(id, { seq, aliveAtMs, ended: ended === 1, token });
    bytes.set(id, length ?? 0);
    if (share.isUsed()) await share.pause();
  }
  return { listing: { nowMs, unbrokenSinceMs, baseToken, slots }, bytes };
}

function textsOf(reply: unknown): readonly string[] {
  return Array.isArray(reply) ? reply.map(String) : [];
}
