import { cpSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { consumerProject } from "./packaging/consumer-project.ts";
import { startRedis, type TempDirectory, tempDirectory } from "./services/index.ts";
import { trueTotals } from "./shared-totals/counted-tasks.ts";
import { type CountingWorker, type ShowingApi, startApi, startWorker } from "./shared-totals/counting-platform.ts";
import { watchTotals } from "./shared-totals/watched-totals.ts";

const TASKS_PER_SECOND = 200;
/** Sums come in steps of 2^-20 seconds each. */
const SUM_TOLERANCE = 1e-3;

let directory: TempDirectory;
/** The counting process beside the release before this one. */
let previous: string;

beforeAll(async () => {
  directory = tempDirectory("previous-release");
  const { path, install, run } = await consumerProject(join(directory.path, "project"));
  const kept = fileURLToPath(new URL("previous-release/", import.meta.url));
  const tarballs = readdirSync(kept).filter((file) => file.endsWith(".tgz"));
  await install(...tarballs.map((file) => join(kept, file)), "@opentelemetry/api@1.10.0", "ioredis@6.0.0");
  await run("npm", "pkg", "set", "type=module");
  for (const file of ["counting-process.ts", "counted-tasks.ts"]) {
    cpSync(fileURLToPath(new URL(`shared-totals/${file}`, import.meta.url)), join(path, file));
  }
  previous = join(path, "counting-process.ts");
});

afterAll(() => directory.remove());

test("processes of this release and the one before share exact totals while one is rolled out, and back", async () => {
  await using stack = new AsyncDisposableStack();
  const redis = stack.use(await startRedis());
  const connection = { TEST_REDIS_URL: redis.url };
  const counted = new Map<string, number>();
  const output: { readonly name: string; text(): string }[] = [];
  const start = async (name: string, program?: string): Promise<CountingWorker> => {
    const worker = await startWorker(name, TASKS_PER_SECOND, connection, program);
    stack.use(worker.process);
    output.push({ name, text: () => worker.process.output() });
    return worker;
  };
  const show = async (name: string, program?: string): Promise<ShowingApi> => {
    const api = await startApi(connection, undefined, program);
    stack.use(api.process);
    output.push({ name, text: () => api.process.output() });
    return api;
  };
  const end = async (worker: CountingWorker): Promise<void> => {
    counted.set(worker.name, await worker.total());
    await worker.process.stop();
  };
  const addresses = (...apis: readonly ShowingApi[]): string[] => apis.map(({ url }) => `${url}/shared`);

  const [oldApi, newApi] = await Promise.all([show("old API", previous), show("new API")]);
  const watched = stack.use(watchTotals(addresses(oldApi, newApi)));
  const [oldOne, oldTwo] = await Promise.all([start("old_one", previous), start("old_two", previous)]);
  await watched.shown("the totals of the previous release");

  // Rolled out: one by one.
  const newOne = await start("new_one");
  await end(oldOne);
  const newTwo = await start("new_two");
  await watched.shown("the totals of both releases");
  await end(oldTwo);
  await watched.shown("the totals of this release");

  // Rolled back.
  const backOne = await start("back_one", previous);
  await end(newOne);
  await end(newTwo);
  await watched.shown("the totals after the way back");
  await end(backOne);

  const truth = trueTotals(counted);
  expect(counted.size).toBe(5);
  await watched.until("exactly what was counted, on both", (totals) =>
    [...truth].every(
      ([key, value]) => Math.abs((totals.get(key) ?? Number.NaN) - value) <= (/_sum /.test(key) ? SUM_TOLERANCE : 0),
    ),
  );
  expect(watched.faults).toEqual([]);
  // Neither said anything about the other.
  for (const { name, text } of output) expect(text().match(/^.*taskvitals:.*$/gm) ?? [], name).toEqual([]);
});
