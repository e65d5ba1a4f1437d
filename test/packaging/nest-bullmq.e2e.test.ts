import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type RedisServer, startRedis, type TempDirectory, tempDirectory } from "../services/index.ts";
import { type ConsumerProject, consumerProject } from "./consumer-project.ts";
import { nestBullmqApplication } from "./nest-bullmq-application.ts";
import { packPublished, tarballsFor } from "./packed-packages.ts";

let directory: TempDirectory;
let redis: RedisServer;
let nest: ConsumerProject;

beforeAll(async () => {
  directory = tempDirectory("nest-bullmq");
  redis = await startRedis();
  const packages = await packPublished(join(directory.path, "tarballs"));
  nest = await consumerProject(join(directory.path, "nest"));
  for (const [file, text] of Object.entries(nestBullmqApplication)) nest.write(file, text);
  await nest.install(
    ...new Set([...tarballsFor("taskvitals", packages), ...tarballsFor("@taskvitals/bullmq", packages)]),
    ...["@nestjs/bullmq@12.0.0", "@nestjs/common@11.2.10", "@nestjs/core@11.2.10", "bullmq@6.7.0"],
    ...["reflect-metadata@0.2.2", "rxjs@7.8.2", "typescript@5.9.3", "@types/node@24.10.0"],
  );
});

afterAll(async () => {
  await redis?.[Symbol.asyncDispose]();
  directory?.remove();
});

it("a processor and a queue of @nestjs/bullmq are observed with a line each", async () => {
  await nest.run("node_modules/.bin/tsc");
  const { page } = JSON.parse(await nest.run("env", `REDIS_URL=${redis.url}`, "node", "out/main.js")) as {
    page: string;
  };
  const tasks = page.split("\n").filter((line) => line.startsWith("task_") && !line.includes("_bucket{"));
  for (const sample of [
    'task_success_total{queue="emails",task="welcome"} 2',
    'task_failure_total{queue="emails",task="welcome"} 1',
    'task_retry_total{queue="emails",task="welcome"} 1',
    'task_error_total{error_type="RangeError",queue="emails",task="welcome"} 1',
    'task_wait_seconds_count{queue="emails",task="welcome"} 3',
    'task_active{queue="emails"} 0',
    'task_concurrency{queue="emails"} 3',
    'task_queue_length{queue="emails"} 1',
    'task_queue_paused{queue="emails"} 1',
  ]) {
    expect(tasks).toContain(sample);
  }
});
