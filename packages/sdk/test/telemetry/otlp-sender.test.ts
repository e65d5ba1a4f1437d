import { afterEach, beforeEach, expect, onTestFinished, test, vi } from "vitest";
import { freePort, type OtlpReceiver, startOtlpReceiver } from "../../../../test/services/index.ts";
import type { PushLog } from "../../src/telemetry/otlp-push-log.ts";
import { OtlpSender } from "../../src/telemetry/otlp-sender.ts";
import { createOtlpTransport } from "../../src/telemetry/otlp-transport.ts";

const NO_TLS = { ca: undefined, cert: undefined, key: undefined };
const BYTES = 20_000;

interface Told {
  readonly lost: Record<string, number>;
  readonly failed: string[];
  accepted: number;
}

function senderTo(url: string, options: { deltas?: boolean; timeoutMs?: number } = {}): [OtlpSender, Told] {
  const transport = createOtlpTransport({ endpoint: url, headers: {}, gzip: false, tls: NO_TLS });
  onTestFinished(() => transport.shutdown());
  const told: Told = { lost: {}, failed: [], accepted: 0 };
  const log: PushLog = {
    accepted: () => {
      told.accepted += 1;
    },
    failed: ({ code }, fate) => void told.failed.push(`${code} ${fate}`),
    lost: (points, reason) => {
      told.lost[reason] = (told.lost[reason] ?? 0) + points;
    },
    abandoned: () => expect.fail("the sender does not end"),
  };
  return [new OtlpSender({ transport, timeoutMs: 10_000, deltas: false, log, ...options }), told];
}

async function startReceiver(): Promise<OtlpReceiver> {
  const receiver = await startOtlpReceiver();
  onTestFinished(() => receiver.close());
  return receiver;
}

const message = (points = 1): { data: Uint8Array; points: number } => ({ data: new Uint8Array(BYTES), points });

test("a receiver that is overloaded or restarts is tried again within the time of the push", async () => {
  const receiver = await startReceiver();
  const [sender, told] = senderTo(receiver.url, { timeoutMs: 20_000 });
  receiver.answer(503);
  sender.push({ data: new Uint8Array(), points: 1 });
  await expect.poll(() => receiver.requests).toBeGreaterThan(0);
  receiver.answer(200);
  await sender.idle();
  expect(told).toEqual({ accepted: 1, failed: [], lost: {} });

  await receiver.close();
  sender.push({ data: new Uint8Array(), points: 1 });
  await receiver.reopen();
  await sender.idle();
  expect(told).toEqual({ accepted: 2, failed: [], lost: {} });
});

test("a push that the receiver refuses for good is not repeated", async () => {
  const receiver = await startReceiver();
  receiver.answer(400);
  const [sender, told] = senderTo(receiver.url);
  sender.push(message(7));
  await sender.idle();
  expect(receiver.requests).toBe(1);
  expect(told).toEqual({ accepted: 0, failed: ["HTTP 400 renewed"], lost: { refused: 7 } });
});

test("the receiver says when it wants to be asked again, and one that says too late is given up on at once", async () => {
  const receiver = await startReceiver();
  const [sender, told] = senderTo(receiver.url, { timeoutMs: 30_000 });
  receiver.answer(503, { "retry-after": "60" });
  const start = performance.now();
  sender.push(message());
  await sender.idle();
  expect(told.failed).toEqual(["HTTP 503 renewed"]);
  expect(performance.now() - start).toBeLessThan(10_000);

  receiver.answer(429, { "retry-after": "1" });
  const askedAt = performance.now();
  sender.push({ data: new Uint8Array(), points: 1 });
  await expect.poll(() => receiver.requests).toBeGreaterThan(1);
  receiver.answer(200);
  await sender.idle();
  expect(told.accepted).toBe(1);
  expect(performance.now() - askedAt).toBeGreaterThan(950);
});

test("totals that wait for another attempt give way to newer ones, which go out at once", async () => {
  const receiver = await startReceiver();
  const [sender, told] = senderTo(receiver.url, { timeoutMs: 60_000 });
  receiver.answer(503);
  sender.push(message(1));
  await expect.poll(() => receiver.requests).toBeGreaterThanOrEqual(1);
  receiver.answer(200);
  sender.push({ data: new Uint8Array(), points: 2 });
  await sender.idle();
  expect(receiver.exports).toHaveLength(1);
  // The first may have been on its way again just then.
  expect([{}, { refused: 1 }]).toContainEqual(told.lost);
});

test("deltas that may have arrived are not sent twice, and are counted as lost", async () => {
  const receiver = await startReceiver();
  const [sender, told] = senderTo(receiver.url, { deltas: true, timeoutMs: 1000 });
  receiver.answer("never");
  sender.push(message(5));
  await sender.idle();
  receiver.answer(504);
  sender.push(message(6));
  await sender.idle();
  expect(receiver.requests).toBe(2);
  expect(told).toEqual({
    accepted: 0,
    failed: ["TIMEOUT lost", "HTTP 504 lost"],
    lost: { timeout: 5, refused: 6 },
  });
});

test("deltas that cannot have arrived are kept, and go out in order with the next push", async () => {
  const receiver = await startReceiver();
  const [sender, told] = senderTo(receiver.url, { deltas: true, timeoutMs: 2000 });
  const push = async (): Promise<void> => {
    sender.push({ data: new Uint8Array(), points: 1 });
    await sender.idle();
  };
  await receiver.close();
  await push();
  receiver.answer(503);
  await receiver.reopen();
  await push();
  await push();
  expect(sender.held.messages).toBe(3);
  expect(told.failed).toEqual(["ECONNREFUSED kept", "HTTP 503 kept", "HTTP 503 kept"]);
  receiver.answer(200);
  await push();
  expect(receiver.exports).toHaveLength(4);
  expect(sender.held).toEqual({ messages: 0, bytes: 0 });
  expect(told.lost).toEqual({});
});

const OUTAGES = ["is away", "never answers", "answers 503"] as const;

test.each(OUTAGES)("messages in memory stay few through an hour in which the receiver %s", async (state) => {
  const receiver = await startReceiver();
  const url = state === "is away" ? `http://127.0.0.1:${await freePort()}` : receiver.url;
  receiver.answer(state === "never answers" ? "never" : 503);
  const [sender, told] = senderTo(url);
  const most = await hourOfPushes(sender);
  expect(most.messages).toBeLessThanOrEqual(2);
  expect(most.bytes).toBeLessThanOrEqual(2 * BYTES);
  await vi.advanceTimersByTimeAsync(20_000);
  await ended(sender);
  expect(sender.held).toEqual({ messages: 0, bytes: 0 });
  const { refused = 0, timeout = 0, unreachable = 0, queue_full: replaced = 0 } = told.lost;
  expect(refused + timeout + unreachable + replaced).toBe(240);
  expect(told.accepted).toBe(0);
});

test("deltas of an hour are bounded by their size, the oldest are dropped, and all are sent or counted", async () => {
  const receiver = await startReceiver();
  await receiver.close();
  const [sender, told] = senderTo(receiver.url, { deltas: true });
  const most = await hourOfPushes(sender, () => ({ data: new Uint8Array(BYTES * 2), points: 1 }));
  expect(most.bytes).toBeLessThanOrEqual(4 * 1024 * 1024 + BYTES * 2);
  const waiting = sender.held.messages;
  expect(waiting).toBeGreaterThan(90);
  expect(told.lost).toEqual({ queue_full: 240 - waiting });
});

const fake = ["setTimeout", "clearTimeout", "performance"] as const;
let real: { readonly turn: () => Promise<void> };

beforeEach(() => {
  const { setImmediate } = globalThis;
  real = { turn: () => new Promise((resolve) => setImmediate(resolve)) };
});
afterEach(() => void vi.useRealTimers());

/** Pushes every 15 s of a clock that stands still but for that; the sockets are real. */
async function hourOfPushes(
  sender: OtlpSender,
  create = () => message(),
): Promise<{ messages: number; bytes: number }> {
  vi.useFakeTimers({ toFake: [...fake] });
  const most = { messages: 0, bytes: 0 };
  for (let index = 0; index < 240; index++) {
    sender.push(create());
    for (let second = 0; second < 15; second++) {
      for (let turn = 0; turn < 5; turn++) await real.turn();
      most.messages = Math.max(most.messages, sender.held.messages);
      most.bytes = Math.max(most.bytes, sender.held.bytes);
      await vi.advanceTimersByTimeAsync(1000);
    }
  }
  return most;
}

/** Lets the sockets and the clock run until nothing is on its way. */
async function ended(sender: OtlpSender): Promise<void> {
  let done = false;
  void sender.idle().then(() => {
    done = true;
  });
  while (!done) {
    await real.turn();
    await vi.advanceTimersByTimeAsync(100);
  }
}
