import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { type OtlpReceiver, startOtlpReceiver } from "../../../test/services/index.ts";
import type { TaskVitalsOptions } from "../src/index.ts";
import { type StartedVitals, startVitals } from "./start-vitals.ts";

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
  expect(warnings).toEqual([
    "taskvitals: A push over OTLP failed (ECONNREFUSED): nothing listens there. Is the receiver up, and is this its port for HTTP, usually 4318? The next push that arrives carries the totals.",
  ]);
  await receiver.reopen();
  await vitals.flush();
  expect(receiver.last("task_success_total", train)?.value).toBe(3);
  expect(await failures(started)).toBe(3);
  expect(warnings.slice(1)).toEqual([
    expect.stringMatching(/^taskvitals: Pushes over OTLP arrive again, after \d+ s and 3 that failed\.$/),
  ]);
});

test("an outage for a cause that was said before is counted, and not said again", async () => {
  const receiver = await startReceiver();
  const started = await pushing(receiver);
  for (let outage = 0; outage < 3; outage++) {
    receiver.answer(400);
    await started.vitals.flush();
    receiver.answer(200);
    await started.vitals.flush();
  }
  expect(started.warnings).toHaveLength(2);
  expect(await failures(started)).toBe(3);
});

test("the points that no push brought are counted by reason from 0 on, and the next push tells them", async () => {
  const receiver = await startReceiver();
  const { vitals, scrape } = await pushing(receiver);
  const reasons = ["unreachable", "timeout", "refused", "rejected", "queue_full"];
  const page = await scrape();
  expect(reasons.map((reason) => page.value("taskvitals_export_lost_total", { reason }))).toEqual([0, 0, 0, 0, 0]);
  await vitals.flush();
  const points = receiver.exports[0]?.metrics.flatMap((metric) => metric.points).length ?? 0;

  receiver.answer(400);
  await vitals.flush();
  receiver.answer(200);
  await vitals.flush();
  const refused = receiver.last("taskvitals_export_lost_total", { reason: "refused" })?.value;
  // The first failure is a series of its own from then on.
  expect(refused).toBe(points);
  expect(receiver.last("taskvitals_export_lost_total", { reason: "unreachable" })?.value).toBe(0);
});

// ExportMetricsServiceResponse { partial_success { rejected_data_points: <n>, error_message: <text> } }
function partialSuccess(rejected: number, text: string): Uint8Array {
  const message = Buffer.from(text);
  const inner = Buffer.concat([
    rejected > 0 ? Buffer.from([0x08, rejected]) : Buffer.of(),
    Buffer.from([0x12, message.length]),
    message,
  ]);
  return Buffer.concat([Buffer.from([0x0a, inner.length]), inner]);
}

test("what a receiver rejects of a push that it takes is counted and said, and its text is not shown", async () => {
  const receiver = await startReceiver();
  const started = await pushing(receiver);
  const { vitals, warnings, scrape } = started;
  receiver.answer(200, {}, partialSuccess(3, "Bearer hunter2 is over its limit"));
  await vitals.flush();
  await vitals.flush();
  expect((await scrape()).value("taskvitals_export_lost_total", { reason: "rejected" })).toBe(6);
  expect(await failures(started)).toBe(2);
  expect(warnings).toEqual([
    'taskvitals: The receiver rejected data points of a push over OTLP that it otherwise took; its log says why. taskvitals_export_lost_total{reason="rejected"} counts them.',
  ]);
});

test("a health check that answers 200 to everything has not taken a push", async () => {
  const receiver = await startReceiver();
  const started = await pushing(receiver);
  receiver.answer(200, { "content-type": "application/json" }, Buffer.from('{"status":"Server available"}'));
  await started.vitals.flush();
  expect(await failures(started)).toBe(1);
  expect(started.warnings).toEqual([expect.stringMatching(/\(HTTP 200\): what answers there is no receiver of OTLP/)]);
});

test("a remark of a receiver that takes everything, and an answer that is none of OTLP, are no failures", async () => {
  const receiver = await startReceiver();
  const started = await pushing(receiver);
  for (const body of [partialSuccess(0, "use gzip"), Buffer.from("<html>ok</html>"), Buffer.from([0x0a, 0xff])]) {
    receiver.answer(200, {}, body);
    await started.vitals.flush();
  }
  expect(started.warnings).toEqual([]);
  expect(await failures(started)).toBeUndefined();
});

test.each([
  [302, "HTTP 302", "redirects"],
  [400, "HTTP 400", "its log says why"],
  [401, "HTTP 401", "Set otlp.headers or OTEL_EXPORTER_OTLP_HEADERS"],
  [403, "HTTP 403", "credential"],
  [404, "HTTP 404", "/v1/metrics"],
  [413, "HTTP 413", "Raise its limit"],
  [415, "HTTP 415", "protobuf"],
  [418, "HTTP 418", "its log says why"],
  [503, "HTTP 503", "overloaded"],
  ["never", "TIMEOUT", "did not answer in time"],
] as const)(
  "a receiver that answers %s is named by that with what to do, and neither its URL nor a header is",
  async (status, code, advice) => {
    const receiver = await startReceiver();
    receiver.answer(status, { location: "http://hunter2@elsewhere" });
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
    expect(started.warnings).toHaveLength(1);
    expect(started.warnings[0]).toMatch(
      /^taskvitals: A push over OTLP failed \((HTTP \d+|TIMEOUT)\): .+\. The next push that arrives carries the totals\.$/,
    );
    expect(started.warnings[0]).toContain(`(${code})`);
    expect(started.warnings[0]).toContain(advice);
    expect(started.warnings.join()).not.toContain("hunter2");
  },
);

test.each([
  ["is for gRPC", Buffer.from([0, 0, 6, 4, 0, 0, 0, 0, 0, 0, 5, 0, 0, 0x40, 0]), "4318"],
  ["speaks no protocol at all", Buffer.from("hello\n"), "4318"],
  ["wants TLS", "HTTP/1.0 400 Bad Request\r\n\r\nClient sent an HTTP request to an HTTPS server.\n", "https://"],
])("a port that %s is told apart", async (_, answer, advice) => {
  const server = createServer((socket) => socket.once("data", () => socket.end(answer)).on("error", () => {}));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => void server.close());
  const { port } = server.address() as AddressInfo;
  const otlp = { endpoint: `http://127.0.0.1:${port}/v1/metrics`, intervalMs: 3_600_000, timeoutMs: 5000 };
  const { vitals, warnings } = await startVitals({ runtimeMetrics: false, otlp });
  await vitals.flush();
  expect(warnings).toEqual([expect.stringContaining(advice)]);
});

test("a host whose name nobody knows is told", async () => {
  const otlp = { endpoint: "http://collector.invalid:4318/v1/metrics", intervalMs: 3_600_000, timeoutMs: 500 };
  const { vitals, warnings } = await startVitals({ runtimeMetrics: false, otlp });
  await vitals.flush();
  expect(warnings).toEqual([expect.stringMatching(/\((ENOTFOUND|EAI_AGAIN|TIMEOUT)\)/)]);
});

test("deltas that cannot have arrived are sent with the next push, without a gap and without an overlap", async () => {
  const receiver = await startReceiver();
  const otlp = { endpoint: receiver.url, intervalMs: 3_600_000, timeoutMs: 2000, temporality: "delta" } as const;
  const { vitals, warnings } = await pushing(receiver, { otlp });
  for (const [status, count] of [
    [503, 2],
    [503, 3],
    [200, 4],
  ] as const) {
    receiver.answer(status);
    for (let index = 0; index < count; index++) vitals.tasks.record({ ...train, outcome: "success" });
    await vitals.flush();
  }
  const points = receiver.metrics("task_success_total").flatMap((metric) => metric.points);
  expect(points.map(({ value }) => value)).toEqual([2, 3, 4]);
  expect(points[1]?.startTime).toBe(points[0]?.time);
  expect(points[2]?.startTime).toBe(points[1]?.time);
  expect(warnings[0]).toContain("What it carried is sent with the next one.");
  expect(warnings).toHaveLength(2);
});

test("deltas that still wait when the process ends are said to be lost", async () => {
  const receiver = await startReceiver();
  receiver.answer(503);
  const otlp = { endpoint: receiver.url, intervalMs: 3_600_000, timeoutMs: 1000, temporality: "delta" } as const;
  const { vitals, warnings } = await pushing(receiver, { otlp });
  await vitals.shutdown();
  expect(warnings).toEqual([
    expect.stringContaining("(HTTP 503)"),
    "taskvitals: What waited to be pushed over OTLP is lost with the end of the process.",
  ]);
});

test("with delta preferred a push that is refused is said to be lost", async () => {
  const receiver = await startReceiver();
  receiver.answer(400);
  const environment = { OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE: "delta" };
  const { vitals, warnings } = await pushing(receiver, { environment });
  await vitals.flush();
  expect(warnings).toEqual([expect.stringMatching(/\(HTTP 400\).* What it carried is lost\.$/)]);
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
