import { expect, onTestFinished, test } from "vitest";
import { type OtlpReceiver, startOtlpReceiver } from "../../../test/services/index.ts";
import type { TaskVitalsOptions } from "../src/index.ts";
import { createOtlpTransport, type OtlpTransport } from "../src/telemetry/otlp-transport.ts";
import { type StartedVitals, startVitals } from "./start-vitals.ts";

const NO_TLS = { ca: undefined, cert: undefined, key: undefined };

async function startReceiver(): Promise<OtlpReceiver> {
  const receiver = await startOtlpReceiver();
  onTestFinished(() => receiver.close());
  return receiver;
}

function pushing(receiver: OtlpReceiver, options: TaskVitalsOptions = {}): Promise<StartedVitals> {
  const otlp = { endpoint: receiver.url, intervalMs: 3_600_000, timeoutMs: 1000 };
  return startVitals({ runtimeMetrics: false, otlp, ...options });
}

const train = { task: "train", queue: "gpu" } as const;
const failures = async ({ scrape }: StartedVitals): Promise<number | undefined> =>
  (await scrape()).value("taskvitals_error_total", { operation: "export" });

test("pushes that fail are counted each and warned of once, and the next one carries the totals", async () => {
  const receiver = await startReceiver();
  const started = await pushing(receiver);
  const { vitals, warnings } = started;
  await receiver.close();
  for (let index = 0; index < 3; index++) {
    vitals.tasks.record({ ...train, outcome: "success" });
    await vitals.flush();
  }
  expect(await failures(started)).toBe(3);
  expect(warnings).toEqual(["taskvitals: An OTLP export failed (ECONNREFUSED); the next one carries the totals."]);
  await receiver.reopen();
  await vitals.flush();
  expect(receiver.last("task_success_total", train)?.value).toBe(3);
  expect(await failures(started)).toBe(3);
});

test.each([
  [400, "HTTP 400"],
  [401, "HTTP 401"],
  [503, "HTTP 503"],
  ["never", "TIMEOUT"],
] as const)(
  "a receiver that answers %s is named by that, and neither its URL nor a header is",
  async (status, reason) => {
    const receiver = await startReceiver();
    receiver.answer(status);
    const started = await pushing(receiver, {
      otlp: {
        endpoint: receiver.url.replace("//", "//user:hunter2@"),
        headers: { "x-token": "hunter2" },
        intervalMs: 3_600_000,
        timeoutMs: 1000,
      },
    });
    await started.vitals.flush();
    expect(await failures(started)).toBe(1);
    expect(started.warnings).toEqual([
      `taskvitals: An OTLP export failed (${reason}); the next one carries the totals.`,
    ]);
  },
);

test("with delta preferred a push that failed is said to be lost", async () => {
  const receiver = await startReceiver();
  receiver.answer(400);
  const environment = { OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE: "delta" };
  const { vitals, warnings } = await pushing(receiver, { environment });
  await vitals.flush();
  expect(warnings).toEqual(["taskvitals: An OTLP export failed (HTTP 400); what it carried is lost."]);
});

test("a flush ends after 2 s whatever the receiver does, and shutdown soon after", async () => {
  const receiver = await startReceiver();
  receiver.answer("never");
  const { vitals, warnings } = await pushing(receiver, {
    otlp: { endpoint: receiver.url, intervalMs: 3_600_000, timeoutMs: 60_000 },
  });
  const start = performance.now();
  await vitals.flush();
  expect(performance.now() - start).toBeGreaterThan(1900);
  expect(performance.now() - start).toBeLessThan(10_000);
  expect(warnings).toEqual(["taskvitals: A push over OTLP did not end in time or failed. Is the receiver up?"]);
  await vitals.shutdown();
  expect(performance.now() - start).toBeLessThan(25_000);
});

test("a receiver that does not answer costs a scrape nothing", async () => {
  const receiver = await startReceiver();
  receiver.answer("never");
  // The flush ends after two seconds.
  const { vitals, scrape } = await pushing(receiver, {
    otlp: { endpoint: receiver.url, intervalMs: 3_600_000, timeoutMs: 60_000 },
  });
  vitals.tasks.record({ ...train, outcome: "success" });
  const order: string[] = [];
  const flush = vitals.flush().then(() => order.push("flush"));
  expect((await scrape()).value("task_success_total", train)).toBe(1);
  order.push("scrape");
  await flush;
  expect(order).toEqual(["scrape", "flush"]);
});

function transport(receiver: OtlpReceiver): OtlpTransport {
  const created = createOtlpTransport({ endpoint: receiver.url, headers: {}, gzip: false, tls: NO_TLS });
  onTestFinished(() => created.shutdown());
  return created;
}

test("a receiver that is overloaded or restarts is tried again within the time of the push", async () => {
  const receiver = await startReceiver();
  const { send } = transport(receiver);
  receiver.answer(503);
  const overloaded = send(new Uint8Array(), 20_000);
  await expect.poll(() => receiver.requests).toBeGreaterThan(0);
  receiver.answer(200);
  expect((await overloaded).status).toBe("success");

  await receiver.close();
  const restarting = send(new Uint8Array(), 20_000);
  await receiver.reopen();
  expect((await restarting).status).toBe("success");
});

test("a push that the receiver refuses for good is not repeated", async () => {
  const receiver = await startReceiver();
  receiver.answer(400);
  expect(await transport(receiver).send(new Uint8Array(), 10_000)).toMatchObject({
    status: "failure",
    error: { code: 400 },
  });
  expect(receiver.requests).toBe(1);
});

test("the receiver says when it wants to be asked again, and one that says too late is given up on at once", async () => {
  const receiver = await startReceiver();
  const { send } = transport(receiver);
  receiver.answer(503, { "retry-after": "60" });
  const start = performance.now();
  expect(await send(new Uint8Array(), 30_000)).toMatchObject({ status: "failure", error: { code: 503 } });
  expect(performance.now() - start).toBeLessThan(10_000);

  receiver.answer(429, { "retry-after": "1" });
  const askedAt = performance.now();
  const later = send(new Uint8Array(), 20_000);
  await expect.poll(() => receiver.requests).toBeGreaterThan(1);
  receiver.answer(200);
  expect((await later).status).toBe("success");
  expect(performance.now() - askedAt).toBeGreaterThan(950);
});
