import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  type Captured,
  capture,
  freePort,
  type RedisServer,
  startRedis,
  type TempDirectory,
  tempDirectory,
} from "../services/index.ts";
import { type ConsumerProject, consumerProject } from "./consumer-project.ts";
import { packPublished, tarballsFor } from "./packed-packages.ts";
import { unawareNestWorker, unawareWorkers } from "./unaware-workers.ts";

let directory: TempDirectory;
let redis: RedisServer;
/** Where taskvitals is installed; each application is a folder below it, with a BullMQ of its own, as in a monorepo. */
let workspace: ConsumerProject;
let oldestNode: string;

beforeAll(async () => {
  directory = tempDirectory("unaware-workers");
  redis = await startRedis();
  const packages = await packPublished(join(directory.path, "tarballs"));
  workspace = await consumerProject(join(directory.path, "workspace"));
  const runtime = `node-${process.platform}-${process.arch}`;
  await workspace.install(...tarballsFor("taskvitals", packages), "ioredis@6.0.0", `${runtime}@22.15.0`);
  oldestNode = join(workspace.path, "node_modules", runtime, "bin/node");
});

afterAll(async () => {
  await redis?.stop();
  directory?.remove();
});

async function application(name: string, ...packages: string[]): Promise<ConsumerProject> {
  const project = await consumerProject(join(workspace.path, name));
  await project.install(...packages);
  return project;
}

/** Runs a worker with nothing but the import, to its end; its output is the page it served. */
async function runWorker(
  { path }: ConsumerProject,
  file: string,
  { queue, node = process.execPath }: { queue: string; node?: string },
): Promise<Captured> {
  return capture(node, ["--import", "taskvitals/register", file], {
    cwd: path,
    env: {
      OTEL_EXPORTER_PROMETHEUS_HOST: "127.0.0.1",
      OTEL_EXPORTER_PROMETHEUS_PORT: String(await freePort()),
      REDIS_PORT: String(redis.port),
      QUEUE: queue,
    },
  });
}

/** These tests may themselves run in a container, where a loopback endpoint is worth a warning. */
const warnings = ({ stderr }: Captured): string => stderr.replace(/^taskvitals: endpoint\.host: .*container.*\n/, "");

function expectCounted(ran: Captured, queue: string): void {
  expect([ran.exitCode, warnings(ran)]).toEqual([0, ""]);
  const pair = `{queue="${queue}",task="train"}`;
  const expected: Readonly<Record<string, string>> = {
    [`task_success_total${pair}`]: "4",
    [`task_failure_total${pair}`]: "1",
    [`task_retry_total${pair}`]: "1",
    [`task_error_total{error_type="RangeError",queue="${queue}",task="train"}`]: "1",
    [`task_duration_seconds_count${pair}`]: "5",
    [`task_wait_seconds_count${pair}`]: "5",
    [`task_active{queue="${queue}"}`]: "0",
    [`task_concurrency{queue="${queue}"}`]: "2",
  };
  const samples = ran.stdout.split("\n").map((line): [string, string] => {
    const end = line.lastIndexOf(" ");
    return [line.slice(0, end), line.slice(end + 1)];
  });
  expect(Object.fromEntries(samples.filter(([series]) => series in expected))).toEqual(expected);
}

describe.each(["5.0.0", "5.81.5", "6.7.0"])("a worker of BullMQ %s that knows nothing of taskvitals", (version) => {
  let project: ConsumerProject;

  beforeAll(async () => {
    project = await application(`bullmq-${version}`, `bullmq@${version}`);
    for (const [file, text] of Object.entries(unawareWorkers)) project.write(file, text);
  });

  it.each(Object.keys(unawareWorkers))("is counted from %s", async (file) => {
    const queue = `${version}-${file}`;
    expectCounted(await runWorker(project, file, { queue }), queue);
  });

  it.each(Object.keys(unawareWorkers))(
    "is counted from %s on the oldest Node.js there is support for",
    async (file) => {
      const queue = `${version}-${file}-oldest`;
      expectCounted(await runWorker(project, file, { queue, node: oldestNode }), queue);
    },
  );
});

describe("a worker of BullMQ 4", () => {
  it("works as before, is not counted, and one line says so", async () => {
    const project = await application("bullmq-4", "bullmq@4.18.3");
    project.write("worker.cjs", unawareWorkers["worker.cjs"] ?? "");
    const ran = await runWorker(project, "worker.cjs", { queue: "four" });
    expect(warnings(ran)).toMatch(/^taskvitals: bullmq 4\.18\.3 was loaded, whose workers are not counted: .*\n$/);
    expect(ran.exitCode).toBe(0);
    expect(ran.stdout).not.toContain("task_success_total{");
  });
});

describe.each([
  { nest: "11.2.10", bullmqModule: "11.0.5", bullmq: "5.81.5", module: "commonjs" },
  { nest: "12.5.1", bullmqModule: "12.0.0", bullmq: "6.7.0", module: "nodenext" },
] as const)("a worker of NestJS $nest in $module with BullMQ $bullmq", ({ nest, bullmqModule, bullmq, module }) => {
  it("is counted without a line of code", async () => {
    const project = await application(
      `nest-${nest}`,
      ...[`@nestjs/common@${nest}`, `@nestjs/core@${nest}`, `@nestjs/bullmq@${bullmqModule}`, `bullmq@${bullmq}`],
      ...["reflect-metadata@0.2.2", "rxjs@7.8.2", "typescript@5.9.3", "@types/node@24.10.0"],
    );
    if (module === "nodenext") await project.run("npm", "pkg", "set", "type=module");
    for (const [file, text] of Object.entries(unawareNestWorker(module))) project.write(file, text);
    await project.run("node_modules/.bin/tsc");
    expectCounted(await runWorker(project, "out/main.js", { queue: `nest-${nest}` }), `nest-${nest}`);
  });
});
