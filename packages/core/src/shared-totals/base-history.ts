import type { EncodedSlot } from "./slot-codec.ts";

type Base = EncodedSlot | undefined;

/**
 * What to do when the store has another base than the one we know. `adopt`: the store's is later, or another line of history. `heal`: the store
 * went back, as after a fail-over to a replica that lagged: ours is the later one. Who was folded before `sinceMs` may be forgotten by either.
 */
export function chooseBase(ours: Base, theirs: Base, sinceMs: number): "adopt" | "heal" {
  if (ours === undefined) return "adopt";
  if (theirs === undefined) return "heal";
  const hasNews = foldedOnlyIn(theirs, ours, sinceMs).length > 0;
  const hasAll = foldedOnlyIn(ours, theirs, sinceMs).length === 0;
  return hasNews || hasAll ? "adopt" : "heal";
}

/** Slots that `ours` has and `theirs` lacks, but for those that were folded before `sinceMs`: they may be forgotten. */
export function foldedOnlyIn(ours: Base, theirs: Base, sinceMs: number): string[] {
  return Object.entries(ours?.base?.folded ?? {})
    .filter(([id, [, atMs]]) => atMs >= sinceMs && foldedSeq(theirs, id) === undefined)
    .map(([id]) => id);
}

/** The version of this slot that is in the base; `undefined` when none is. */
export function foldedSeq(base: Base, id: string): number | undefined {
  const folded = base?.base?.folded;
  return folded !== undefined && Object.hasOwn(folded, id) ? folded[id]?.[0] : undefined;
}
