import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { contract } from "@taskvitals/core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { openBaseModel } from "../examples/finetune-platform/base-model.ts";
import { createFineTuning } from "../examples/finetune-platform/fine-tune.ts";
import { cutMailSlices, readExamples } from "../examples/finetune-platform/mail-slices.ts";
import { readMlflowSettings } from "../examples/finetune-platform/mlflow-settings.ts";
import type { TrainRequest } from "../examples/finetune-platform/train-request.ts";
import { composeService } from "./compose-project.ts";
import type { MetricsPage } from "./metrics-page.ts";
import { type LinkedJob, type LoggingWorker, type MlflowPlatform, startMlflowPlatform } from "./mlflow-platform.ts";
import { type StoredRun, storedRuns, storedSteps } from "./mlflow-runs.ts";
import { waitUntil } from "./services/index.ts";
import { type MlflowServer, startMlflow } from "./services/mlflow-server.ts";

const EXPERIMENT = "finetune_spam_filter";
/** More epochs than go into one request. */
const REQUESTS: readonly TrainRequest[] = [
  { slice: "slice-00", learningRate: 0.5, epochs: 5 },
  { slice: "slice-01", learningRate: 0.25, epochs: 12 },
  { slice: "slice-02", learningRate: 0.5, epochs: 501 },
];
const DIVERGES: TrainRequest = { slice: "slice-03", learningRate: 1e6, epochs: 20 };
const IS_MISSING: TrainRequest = { slice: "slice-99", learningRate: 0.5, epochs: 5 };
const SHORT: TrainRequest = { slice: "slice-04", learningRate: 0.5, epochs: 2 };

let mlflow: MlflowServer;
let platform: MlflowPlatform;
let worker: LoggingWorker;
let jobs: LinkedJob[];
let runs: ReadonlyMap<string, StoredRun>;

beforeAll(async () => {
  // As docker-compose.yml starts it.
  const { command: [, ...args] = [], environment: env = {} } = composeService("mlflow");
  [mlflow, platform] = await Promise.all([startMlflow({ args, env }), startMlflowPlatform()]);
  worker = await platform.startWorker({
    MLFLOW_TRACKING_URI: mlflow.url,
    DASHBOARD_URL: "http://localhost:3000/d/taskvitals",
  });
  jobs = await platform.run(...REQUESTS, DIVERGES, IS_MISSING);
  await waitUntil(async () => (await worker.runs()).logged === jobs.length, { what: "each run to be logged" });
  runs = await storedRuns(mlflow.url, EXPERIMENT);
});
afterAll(async () => {
  await platform?.[Symbol.asyncDispose]();
  await mlflow?.[Symbol.asyncDispose]();
});

function runOf({ id }: LinkedJob): StoredRun {
  const run = runs.get(id);
  if (run === undefined) throw new Error(`Job ${id} has no run`);
  return run;
}

function durationSum(page: MetricsPage): number {
  return page.value(`${contract.taskDuration.name}_sum`) as number;
}

async function lossesOf(request: TrainRequest): Promise<number[]> {
  const slices = await cutMailSlices();
  const base = await openBaseModel(platform.checkpointFile, slices);
  const losses: number[] = [];
  const training = createFineTuning(base, slices, await readExamples(slices.heldOut));
  await training(request, (loss) => losses.push(loss)).catch(() => {});
  return losses;
}

it("a run has the parameters, the loss of each epoch and the accuracies that the worker computed", async () => {
  for (const [index, request] of REQUESTS.entries()) {
    const job = jobs[index] as LinkedJob;
    const { info, params, tags } = runOf(job);
    expect(info).toMatchObject({ status: "FINISHED", run_name: `job ${job.id}` });
    const expected = { ...request, learnedFrom: job.result?.learnedFrom };
    expect(params).toEqual(Object.fromEntries(Object.entries(expected).map(([key, value]) => [key, String(value)])));
    expect(tags).toMatchObject({ task: EXPERIMENT, queue: "train", job: job.id });
    expect(tags["mlflow.note.content"]).toContain("http://localhost:3000/d/taskvitals?from=");

    const losses = await storedSteps(mlflow.url, info.run_id, "loss");
    expect(losses.map(({ step }) => step)).toEqual(Array.from({ length: request.epochs }, (_, epoch) => epoch + 1));
    expect(losses.map(({ value }) => value)).toEqual(await lossesOf(request));
    expect(losses.at(-1)?.value).toBe(job.result?.loss);
    for (const { timestamp } of losses) {
      expect(timestamp).toBeGreaterThanOrEqual(info.start_time);
      expect(timestamp).toBeLessThanOrEqual(info.end_time);
    }
    const accuracies = await storedSteps(mlflow.url, info.run_id, "accuracy");
    expect(accuracies.map(({ step, value }) => [step, value])).toEqual([
      [0, job.result?.accuracyBefore],
      [request.epochs, job.result?.accuracyAfter],
    ]);
  }
});

it("a job that fails is a FAILED run with the class of its error and the epochs that it got through", async () => {
  const [diverged, missing] = jobs.slice(REQUESTS.length).map(runOf) as [StoredRun, StoredRun];
  for (const { info } of [diverged, missing]) expect(info.status).toBe("FAILED");
  expect([diverged, missing].map(({ tags }) => tags.error_type)).toEqual(["DivergedError", "MissingSliceError"]);
  const losses = await storedSteps(mlflow.url, diverged.info.run_id, "loss");
  expect(losses.map(({ value }) => value)).toEqual(await lossesOf(DIVERGES));
  expect(losses.length).toBeGreaterThan(0);
  expect(await storedSteps(mlflow.url, missing.info.run_id, "loss")).toEqual([]);
  expect(await storedSteps(mlflow.url, missing.info.run_id, "accuracy")).toEqual([]);
});

it("each job, failed ones too, links to its run in MLflow's own UI", async () => {
  for (const { id } of jobs) {
    // The link is written just after the run was counted.
    const { runUrl = "" } = await waitUntil(
      async () => {
        const job = await platform.job(id);
        return job.runUrl !== undefined && job;
      },
      { what: `the link of job ${id}` },
    );
    const { experiment_id, run_id } = (runs.get(id) as StoredRun).info;
    expect(runUrl).toBe(`${mlflow.url}/#/experiments/${experiment_id}/runs/${run_id}`);
    const answer = await fetch(runUrl);
    expect(answer.headers.get("content-type")).toContain("text/html");
    expect(await answer.text()).toContain("<title>MLflow</title>");
  }
});

it("the durations of the runs add up to task_duration_seconds, and no run is on the page", async () => {
  const page = await worker.page();
  const sum = durationSum(page);
  expect(page.value("finetune_mlflow_runs_total", { outcome: "logged" })).toBe(jobs.length);
  const inRuns = [...runs.values()].reduce((total, { info }) => total + (info.end_time - info.start_time), 0) / 1000;
  // MLflow has whole milliseconds; on top, the vital signs have what BullMQ's worker does around a job: 4 ms, more on a busy machine.
  expect(sum - inRuns).toBeGreaterThan(-0.002 * jobs.length);
  expect(sum - inRuns).toBeLessThan(0.04 * jobs.length);
  for (const { info } of runs.values()) expect(page.text).not.toContain(info.run_id);
});

it("frozen, killed and away, MLflow costs no task; each run is logged or counted as lost, and that is said once", async () => {
  const before = jobs.length;
  const durationBefore = durationSum(await worker.page());
  mlflow.process().kill("SIGSTOP");
  const [, killed] = await platform.run(SHORT, SHORT);
  await expect.poll(worker.runs).toEqual({ logged: before, lost: 1 });
  await mlflow.kill();
  const [absent] = await platform.run(SHORT);
  await expect.poll(worker.runs).toEqual({ logged: before, lost: 3 });
  for (const job of [killed, absent] as LinkedJob[]) {
    expect(job.state).toBe("completed");
    expect(await platform.job(job.id)).not.toHaveProperty("runUrl");
  }
  const said = (): string[] => worker.process.output().match(/^MLflow: .*$/gm) ?? [];
  expect(said()).toEqual([expect.stringMatching(/could not be logged \(no answer within 5 s\)/)]);

  await mlflow.start();
  await platform.run(SHORT);
  await expect.poll(worker.runs).toEqual({ logged: before + 1, lost: 3 });
  expect(said().at(-1)).toBe("MLflow: runs are logged again; 3 were lost");
  const page = await worker.page();
  expect(page.value(contract.taskSuccess.name, { task: EXPERIMENT })).toBe(REQUESTS.length + 4);
  expect(page.value(contract.taskFailure.name, { task: EXPERIMENT })).toBe(2);
  // Five seconds went by for MLflow alone, and none of them in a task.
  expect(durationSum(page) - durationBefore).toBeLessThan(2);
});

it("while MLflow is frozen at most a hundred runs wait, and a worker ends in time and cleanly", async () => {
  const { lost = 0 } = await worker.runs();
  mlflow.process().kill("SIGSTOP");
  const ended = await platform.run(...Array.from({ length: 103 }, () => SHORT));
  expect(ended.filter(({ state }) => state === "completed")).toHaveLength(103);
  // One is on its way; on a slow machine its five seconds may be over.
  await expect.poll(async () => (await worker.runs()).lost).toBeGreaterThanOrEqual(lost + 2);
  worker.process.kill("SIGTERM");
  // Its own limit is ten seconds, after which the code is 1.
  expect(await worker.process.exited).toEqual({ code: 0, signal: null });
});

const ANSWERS: Readonly<Record<string, (response: ServerResponse) => void>> = {
  "slice-10": (response) => response.writeHead(500).end('{"error_code":"INTERNAL_ERROR"}'),
  "slice-11": (response) => response.writeHead(401).end("You are not authenticated"),
  "slice-12": (response) => response.writeHead(200, { "content-type": "text/html" }).end("<html>Sign in</html>"),
  "slice-13": (response) => response.writeHead(302, { location: "/login" }).end(),
  "slice-14": (response) => response.writeHead(200).end('{"experiment":{"experiment_id":"../../x"}}'),
  "slice-15": (response) => response.writeHead(200).end("null"),
};

it("answers that are not MLflow's cost no task either, and credentials are sent and never shown", async () => {
  const requests: IncomingMessage[] = [];
  let answer: (response: ServerResponse) => void = (response) => response.end();
  await using server = createServer((request, response) => {
    requests.push(request);
    answer(response);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const other = await platform.startWorker({
    MLFLOW_TRACKING_URI: `http://127.0.0.1:${(server.address() as AddressInfo).port}/behind/`,
    MLFLOW_TRACKING_USERNAME: "ada",
    MLFLOW_TRACKING_PASSWORD: "pass-phrase",
    MLFLOW_TRACKING_TOKEN: "not-this-one",
  });
  let lost = 0;
  for (const [slice, how] of Object.entries(ANSWERS)) {
    answer = how;
    const [job] = await platform.run({ ...SHORT, slice });
    expect(job?.state).toBe("completed");
    lost += 1;
    await expect.poll(other.runs).toEqual({ logged: 0, lost });
    expect(await platform.job(job?.id ?? "")).not.toHaveProperty("runUrl");
  }
  const authorization = `Basic ${Buffer.from("ada:pass-phrase").toString("base64")}`;
  for (const { headers, url } of requests) {
    expect(headers.authorization).toBe(authorization);
    expect(url).toMatch(/^\/behind\/api\/2\.0\/mlflow\//);
  }
  expect(other.process.output().match(/could not be logged/g)).toHaveLength(1);
  const shown = other.process.output() + (await other.page()).text;
  for (const secret of ["pass-phrase", "not-this-one", authorization]) expect(shown).not.toContain(secret);
});

it("credentials are taken in the order of MLflow's own clients, and what is wrong with a variable is said without its value", () => {
  const read = (env: Readonly<Record<string, string>>): readonly [string | undefined, string | undefined] => {
    const settings = readMlflowSettings(env);
    return [settings?.trackingUrl, settings?.authorization];
  };
  const basic = (text: string): string => `Basic ${Buffer.from(text).toString("base64")}`;
  const uri = "https://mlflow.example/a";
  const named = { MLFLOW_TRACKING_USERNAME: "ada", MLFLOW_TRACKING_PASSWORD: "b" };
  const token = { MLFLOW_TRACKING_TOKEN: "c" };
  expect(readMlflowSettings({ MLFLOW_TRACKING_URI: "", ...token })).toBeUndefined();
  expect(read({ MLFLOW_TRACKING_URI: `${uri}/` })).toEqual([uri, undefined]);
  expect(read({ MLFLOW_TRACKING_URI: uri, ...token })).toEqual([uri, "Bearer c"]);
  expect(read({ MLFLOW_TRACKING_URI: uri, ...token, ...named })).toEqual([uri, basic("ada:b")]);
  const inside = uri.replace("//", "//eve:p%40ss@");
  expect(read({ MLFLOW_TRACKING_URI: inside, ...token, ...named })).toEqual([uri, basic("eve:p@ss")]);

  for (const text of ["file:///secret", "databricks://secret", "http://secret:%zz@host", "secret"]) {
    expect(() => read({ MLFLOW_TRACKING_URI: text })).toThrow(/^MLFLOW_TRACKING_URI is no address that begins with/);
  }
  const broken = { MLFLOW_TRACKING_URI: uri, MLFLOW_TRACKING_TOKEN: "secret\nsecret" };
  expect(() => read(broken)).toThrow(/^MLFLOW_TRACKING_TOKEN has a space or a line break in it$/);
});
