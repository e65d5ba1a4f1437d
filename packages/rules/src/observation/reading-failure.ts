import type { Look } from "./look.ts";

/** Reasons that mean: it was read, as empty, and may be in the wrong place. */
export const NOT_FOUND: ReadonlySet<string> = new Set(["framework_missing", "queue_missing", "key_missing"]);

const WORDS: Readonly<Record<string, string>> = {
  timeout: "the server does not answer in time",
  refused: "the server cannot be reached",
  auth: "the server refuses the login or a command",
  wrong_type: "its key holds another type",
  loading: "the server is loading its data",
};

/** Why a queue cannot be read, in words, from the reason that readers count. */
export function unreadableText(reason: string): string {
  const words = WORDS[reason];
  return words === undefined ? `its reading fails (${reason})` : `${words} (${reason})`;
}

/**
 * The reasons for which readings of a queue failed lately, the most frequent first. Where there was one look alone, whatever failed before it.
 *
 * @param looks - the last one first
 */
export function failedReadings(queue: string, looks: readonly Look[]): readonly string[] {
  const [now, ...before] = looks.map((look) => look.facts.queues.get(queue)?.readErrors ?? new Map<string, number>());
  const then = before.at(-1);
  return [...(now ?? [])]
    .map(([reason, count]) => [reason, count - (then?.get(reason) ?? 0)] as const)
    .filter(([, rise]) => rise > 0)
    .sort(([, one], [, other]) => other - one)
    .map(([reason]) => reason);
}
