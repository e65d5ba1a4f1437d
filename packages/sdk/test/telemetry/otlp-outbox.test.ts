import { expect, test } from "vitest";
import { NEWEST_ONLY, OtlpOutbox, type OutboxLimits, type PushMessage } from "../../src/telemetry/otlp-outbox.ts";

const message = (points: number, bytes = 10): PushMessage => ({ data: new Uint8Array(bytes), points });

function outboxOf(limits: OutboxLimits): [OtlpOutbox, number[]] {
  const dropped: number[] = [];
  return [new OtlpOutbox(limits, ({ points }) => void dropped.push(points)), dropped];
}

test("of totals the newest waits, and those it replaces are told", () => {
  const [outbox, dropped] = outboxOf(NEWEST_ONLY);
  for (const points of [1, 2, 3]) outbox.put(message(points));
  expect(dropped).toEqual([1, 2]);
  expect([outbox.messages, outbox.bytes]).toEqual([1, 10]);
  expect(outbox.take()?.points).toBe(3);
  expect(outbox.take()).toBeUndefined();
  expect([outbox.messages, outbox.bytes]).toEqual([0, 0]);
});

test("what exceeds the bytes is dropped from the old end, a message that was put back first of all", () => {
  const [outbox, dropped] = outboxOf({ messages: 100, bytes: 30 });
  for (const points of [1, 2, 3]) outbox.put(message(points));
  const first = outbox.take() ?? expect.fail("nothing waits");
  outbox.put(message(4));
  expect(dropped).toEqual([]);
  outbox.putBack(first);
  expect(dropped).toEqual([1]);
  expect([outbox.take(), outbox.take(), outbox.take()].map((one) => one?.points)).toEqual([2, 3, 4]);
});

test("one message may wait, however large it is", () => {
  const [outbox, dropped] = outboxOf({ messages: 100, bytes: 30 });
  outbox.put(message(1));
  outbox.put(message(2, 1000));
  expect(dropped).toEqual([1]);
  expect(outbox.bytes).toBe(1000);
});
