import { join } from "node:path";
import { Redis } from "ioredis";
import { expect, it, onTestFinished } from "vitest";
import { startRedis, tempDirectory } from "../services/index.ts";
import { consumerProject } from "./consumer-project.ts";
import { packPublished, tarballsFor } from "./packed-packages.ts";

// What a user pays for `npx @taskvitals/exporter`. Raised only by a decision to bring more along.
const maxPackages = 40;
const maxMegabytes = 25;

it("npx taskvitals-exporter runs from what the registry gets, and stays small", async () => {
  await using redis = await startRedis();
  const client = new Redis(redis.url);
  await client.rpush("jobs", "a", "b", "c").finally(() => client.disconnect());
  const directory = tempDirectory("exporter-package");
  onTestFinished(() => directory.remove());
  const packages = await packPublished(join(directory.path, "tarballs"));
  const project = await consumerProject(join(directory.path, "project"));
  await project.install(...tarballsFor("@taskvitals/exporter", packages));

  const npx = ["--no-install", "taskvitals-exporter"];
  expect(await project.run("npx", ...npx, "--version")).toBe("0.0.0\n");
  const report = JSON.parse(await project.run("npx", ...npx, "check", "--redis", redis.url, "--queue", "list:jobs"));
  expect(report).toMatchObject({ result: "ok", queues: [{ queue: "jobs", length: 3 }] });
  const refused = await project.attempt("npx", ...npx, "--redis", redis.url, "--queue", "jobs");
  expect(refused).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('--queue: got "jobs"; expected') });

  const megabytes = project.installedBytes() / 1e6;
  console.log(`npm install @taskvitals/exporter: ${project.installed().length} packages, ${megabytes.toFixed(1)} MB`);
  expect(project.installed().length).toBeLessThanOrEqual(maxPackages);
  expect(megabytes).toBeLessThanOrEqual(maxMegabytes);
});
