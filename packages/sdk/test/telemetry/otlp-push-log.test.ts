import { expect, test } from "vitest";
import type { PushFailure } from "../../src/telemetry/otlp-failure.ts";
import { createPushLog, type PushLog } from "../../src/telemetry/otlp-push-log.ts";

const failure = (code: string): PushFailure => ({
  reason: "unreachable",
  code,
  advice: "it rains.",
  mayPass: true,
  mayHaveArrived: false,
});

function log(): { pushes: PushLog; lines: string[]; counted: Record<string, number>; clock: { ms: number } } {
  const lines: string[] = [];
  const counted: Record<string, number> = { errors: 0 };
  const clock = { ms: 0 };
  const count = (name: string, value: number): void => {
    counted[name] = (counted[name] ?? 0) + value;
  };
  const pushes = createPushLog(
    {
      report: (_, message) => {
        count("errors", 1);
        if (!lines.includes(message)) lines.push(message);
      },
      warn: (message) => void lines.push(message),
    },
    { add: (value, attributes) => count(String(attributes?.reason), value) },
    () => clock.ms,
  );
  return { pushes, lines, counted, clock };
}

test("every reason is there at 0 before anything was lost", () => {
  expect(log().counted).toEqual({ errors: 0, unreachable: 0, timeout: 0, refused: 0, rejected: 0, queue_full: 0 });
});

test("an outage is one line for each of its causes and one for its end, whatever the number of pushes", () => {
  const { pushes, lines, counted, clock } = log();
  for (let push = 0; push < 48; push++) {
    pushes.failed(failure(push < 40 ? "ECONNREFUSED" : "ECONNRESET"), "renewed");
    pushes.lost(10, "unreachable");
    clock.ms += 15_000;
  }
  pushes.accepted(0);
  pushes.accepted(0);
  expect(lines).toEqual([
    "A push over OTLP failed (ECONNREFUSED): it rains. The next push that arrives carries the totals.",
    "A push over OTLP failed (ECONNRESET): it rains. The next push that arrives carries the totals.",
    "Pushes over OTLP arrive again, after 12 min and 48 that failed.",
  ]);
  expect(counted).toMatchObject({ errors: 48, unreachable: 480 });
});

test.each([
  [800, "1 s"],
  [119_000, "119 s"],
  [150_000, "3 min"],
  [3_600_000, "60 min"],
  [86_400_000, "24 h"],
])("an outage of %i ms is said to have lasted %s", (ms, said) => {
  const { pushes, lines, clock } = log();
  pushes.failed(failure("ECONNREFUSED"), "kept");
  clock.ms += ms;
  pushes.accepted(0);
  expect(lines.at(-1)).toBe(`Pushes over OTLP arrive again, after ${said} and 1 that failed.`);
});
