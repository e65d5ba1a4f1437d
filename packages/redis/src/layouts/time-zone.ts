import type { QueueField } from "./queue-field.ts";

/** The name of a time zone, as in `TZ`: `Europe/Berlin`. */
export function timeZone(fallback: string): QueueField<string> {
  return {
    fallback,
    expected: 'the name of a time zone, such as "Europe/Berlin"',
    accepts: (value): value is string => typeof value === "string" && isTimeZone(value),
  };
}

function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat("en", { timeZone: name }) !== undefined;
  } catch {
    return false;
  }
}

/** How far the clocks of a time zone are ahead of UTC, in milliseconds, at a Unix time in milliseconds. */
export function utcOffsetMs(zone: string, at: number): number {
  if (zone === "UTC") return 0;
  const format = new Intl.DateTimeFormat("en", { timeZone: zone, timeZoneName: "longOffset" });
  const offset = format.formatToParts(at).find(({ type }) => type === "timeZoneName")?.value ?? "";
  const [, sign, hours, minutes] = /([+-])(\d\d):(\d\d)/.exec(offset) ?? [];
  return (sign === "-" ? -1 : 1) * (Number(hours ?? 0) * 60 + Number(minutes ?? 0)) * 60_000;
}
