import { LIVE_PATHS, type LiveState } from "@taskvitals/live";
import { expect, test } from "vitest";
import type { TaskVitals, TaskVitalsOptions } from "../../src/index.ts";
import { startChild } from "../child/start-child.ts";
import { ask } from "../endpoint/http-client.ts";
import { connectRaw } from "../endpoint/raw-client.ts";
import { type StartedVitals, startVitals } from "../start-vitals.ts";

const train = { task: "train", queue: "gpu" } as const;
const GET_EVENTS = `GET ${LIVE_PATHS.events} HTTP/1.1\r\nhost: x\r\n\r\n`;

/** With the page that other tests do without. */
function startPage(options: TaskVitalsOptions = {}): Promise<StartedVitals> {
  return startVitals({ environment: { TASKVITALS_LIVE_PAGE: "true" }, ...options });
}

async function stateOf(vitals: TaskVitals): Promise<LiveState> {
  const { text } = await ask(new URL("live/state", vitals.endpoint?.livePageUrl ?? "").href);
  return JSON.parse(text) as LiveState;
}

test("the page is beside the metrics and shows the tasks of this process, as its metrics do, from which it takes nothing away", async () => {
  const { scrape, vitals } = await startPage({ serviceName: "platform", tasks: ["train"] });
  expect(vitals.endpoint?.livePageUrl).toBe(`${new URL(vitals.endpoint?.url ?? "").origin}/`);
  // What was counted before the first reading is of no time that is shown.
  await expect.poll(async () => (await stateOf(vitals)).at).toBeGreaterThan(0);
  for (const outcome of ["success", "success", "success", "failure", "retry"] as const)
    vitals.tasks.record({ ...train, outcome, durationSeconds: 1, waitSeconds: 0.5 });
  const until = performance.now() + 300;
  while (performance.now() < until);
  await expect.poll(async () => (await stateOf(vitals)).tasks.find(({ queue }) => queue === "gpu")?.ended).toBe(4);
  const { about, process: own, queues, tasks } = await stateOf(vitals);
  expect(about).toEqual({ service: "platform", pid: process.pid, tasksOf: "process", metricsPath: "/metrics" });
  const page = await scrape();
  const [success, failure, retry] = ["task_success_total", "task_failure_total", "task_retry_total"].map((name) =>
    page.value(name, train),
  );
  expect([success, failure, retry]).toEqual([3, 1, 1]);
  // Each reading of OpenTelemetry's event loop figures begins them anew: the page must not be one.
  expect(page.value("nodejs_eventloop_delay_max")).toBeGreaterThan(0.2);
  expect(tasks.find(({ queue }) => queue === "gpu")).toMatchObject({
    ...{ task: "train", ended: 4, retried: 1, failureRatio: 0.25 },
    runP95: expect.any(Number) as number,
    waitP95: expect.any(Number) as number,
  });
  expect(queues.find(({ queue }) => queue === "gpu")).toMatchObject({ ended: 4, retried: 1 });
  expect(own.memoryGigabytes).toBeGreaterThan(0);
  expect(own.loopBusy).toBeGreaterThanOrEqual(0);
});

test("a limit of series that is reached is said, as what the numbers leave out", async () => {
  const { vitals } = await startPage({ maxSeries: 2 });
  expect((await stateOf(vitals)).doubts).toEqual([]);
  for (const task of ["a", "b", "c", "d"])
    vitals.tasks.record({ task, queue: "gpu", outcome: "success", durationSeconds: 1 });
  await expect
    .poll(async () => (await stateOf(vitals)).doubts)
    .toContainEqual({ doubt: "series_refused", of: "task_success_total", count: 2 });
});

test.each([
  ["livePage: false", { endpoint: { livePage: false } }, 404],
  ["TASKVITALS_LIVE_PAGE=false", { environment: { TASKVITALS_LIVE_PAGE: "false" } }, 404],
  ["metrics at the root", { endpoint: { path: "/" } }, 200],
] as const)("there is none with %s", async (_, options, status) => {
  const { vitals } = await startPage(options);
  expect(vitals.endpoint?.livePageUrl).toBeUndefined();
  const { origin } = new URL(vitals.endpoint?.url ?? "");
  expect((await ask(`${origin}/live/state`)).status).toBe(404);
  const root = await ask(`${origin}/`);
  expect(root.status).toBe(status);
  if (status === 200) expect(root.text).toContain("# TYPE");
});

test("what the code says of the page wins over the environment, and true is the default", async () => {
  const given = { environment: { TASKVITALS_LIVE_PAGE: "false" }, endpoint: { livePage: {} } };
  expect((await startVitals(given)).vitals.endpoint?.livePageUrl).toBeDefined();
  const on = { environment: { TASKVITALS_LIVE_PAGE: "" } };
  expect((await startVitals(on)).vitals.endpoint?.livePageUrl).toBeDefined();
});

test("a page in an application's own server refuses what it does not know", async () => {
  const { vitals } = await startPage();
  const thresholds = { values: { stuckSecond: 5 } } as object;
  expect(() => vitals.livePage({ thresholds })).toThrow(
    "livePage.thresholds.values.stuckSecond: there is no such option",
  );
});

test("shutdown does not wait for those who look: their streams end", async () => {
  const { vitals } = await startPage();
  const { port = 0 } = vitals.endpoint ?? {};
  const clients = [await connectRaw(port), await connectRaw(port), await connectRaw(port)];
  for (const client of clients) {
    client.send(GET_EVENTS);
    await client.sees(/event: state/);
  }
  const begun = performance.now();
  await vitals.shutdown();
  // What the endpoint grants scrapes in flight is a second.
  expect(performance.now() - begun).toBeLessThan(900);
  for (const client of clients) {
    await client.isCutOff();
    expect(client.received()).toMatch(/\r\n0\r\n\r\n$/);
  }
});

test("an open stream does not keep a process alive that has nothing more to do", { timeout: 60_000 }, async () => {
  const child = await startChild("streaming-app.ts", { readyWhen: /page http.*\n/ });
  const url = new URL(/page (\S+)/.exec(child.output())?.[1] ?? "");
  const client = await connectRaw(Number(url.port));
  client.send(GET_EVENTS);
  await client.sees(/event: state/);
  child.kill("SIGUSR2");
  expect(await child.exited).toEqual({ code: 0, signal: null });
});
