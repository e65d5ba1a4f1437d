import type { JudgedQueue } from "@taskvitals/rules";
import { listed } from "./doctor-text.ts";
import type { OwnSource } from "./own-source.ts";

/** What could not be known, and what would tell; a sentence each. */
export function unknownThings(judged: readonly JudgedQueue[], own: OwnSource | undefined): readonly string[] {
  const readable = judged.filter(({ judgement }) => judgement.verdict !== "blind");
  const lacking = (isLacking: (one: JudgedQueue) => boolean): readonly string[] =>
    readable.filter(isLacking).map(({ seen }) => seen.queue);
  const uncounted = lacking(({ seen }) => seen.ended === undefined && seen.watchedSeconds > 0);
  const unstaffed = lacking(({ seen }) => seen.workers === undefined && seen.slots === undefined);
  return [
    ...(judged.length === 0
      ? [
          "No queue was found. Add --queue, such as bullmq:* for all of BullMQ, or the page of a process that reads them.",
        ]
      : []),
    ...(uncounted.length === 0
      ? []
      : [`How many tasks end: ${listed(uncounted)}. Add --metrics of the workers, or --prometheus.`]),
    ...(unstaffed.length === 0
      ? []
      : [
          `Whether workers are there: ${listed(unstaffed)}. Their own metrics tell (--metrics, --prometheus), of BullMQ's the server as well (--redis).`,
        ]),
    ...[...(own?.unlisted ?? [])].map(([broker, why]) => `Workers of BullMQ on broker ${broker}: ${why}.`),
  ];
}
