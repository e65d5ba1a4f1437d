import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { Redis } from "ioredis";
import { publint } from "publint";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { root } from "../architecture/workspace.ts";
import { capture, freePort, startRedis, type TempDirectory, tempDirectory } from "../services/index.ts";
import { bundledWorker } from "./bundled-worker.ts";
import { type ConsumerProject, consumerProject } from "./consumer-project.ts";
import { nestApplication } from "./nest-application.ts";
import { type PackedPackage, packPublished, tarballFiles, tarballsFor, unbuiltSources } from "./packed-packages.ts";

// What a user pays for `npm install taskvitals`, peers included. Raised only by a decision to bring more along.
const maxPackages = 36;
const maxMegabytes = 23;
/** Of one of our packages, packed: with sources and maps, so that a debugger shows what was written. */
const maxTarballKilobytes = 350;

/** These tests may themselves run in a container, where a loopback endpoint is worth a warning. */
const withoutContainerAdvice = (stderr: string): string =>
  stderr.replace(/^taskvitals: endpoint\.host: .*container.*\n/, "");

let directory: TempDirectory;
let packages: PackedPackage[];
/** A project with nothing but our packages in it. */
let plain: ConsumerProject;
/** What the tests need beside it: a bundler and an old Node.js. */
let tools: ConsumerProject;
let esbuild: string;
let oldNode: string;

beforeAll(async () => {
  directory = tempDirectory("packaging");
  packages = await packPublished(join(directory.path, "tarballs"));
  plain = await consumerProject(join(directory.path, "plain"));
  await plain.install(...tarballsFor("taskvitals", packages));
  tools = await consumerProject(join(directory.path, "tools"));
  // The binary itself: npm's `node` package fetches it in an install script, which not every npm runs.
  const runtime = `node-${process.platform}-${process.arch}`;
  await tools.install("esbuild@0.28.2", `${runtime}@20.20.2`);
  esbuild = join(tools.path, "node_modules/.bin/esbuild");
  oldNode = join(tools.path, "node_modules", runtime, "bin/node");
});

afterAll(() => directory.remove());

describe("the tarballs", () => {
  it("hold what was built and its sources, and neither tests nor build records", async () => {
    for (const packed of packages) {
      const files = await tarballFiles(packed);
      const stray = files.filter(
        (file) => !/^(package\.json|README\.md|LICENSE|require\.(cjs|d\.cts)|(dist|src)\/.+\.(ts|js|map))$/.test(file),
      );
      expect(stray, packed.name).toEqual([]);
      expect(files).toEqual(
        expect.arrayContaining([
          ...["package.json", "README.md", "LICENSE", "dist/index.js", "dist/index.d.ts", "src/index.ts"],
        ]),
      );
    }
  });

  it("hold of each source what was built from it, with maps that lead back, and are small", async () => {
    for (const packed of packages) {
      expect(await unbuiltSources(packed), packed.name).toEqual([]);
      expect(statSync(packed.tarball).size / 1000, packed.name).toBeLessThanOrEqual(maxTarballKilobytes);
    }
  });

  it("satisfy publint and, for every way to import ESM, attw", async () => {
    const attw = join(root, "node_modules/.bin/attw");
    for (const { name, tarball } of packages) {
      const file = readFileSync(tarball);
      const { messages } = await publint({ pack: { tarball: new Uint8Array(file).buffer } });
      expect(messages, name).toEqual([]);
      const typed = await capture(attw, [tarball, "--profile", "esm-only"], { cwd: directory.path });
      expect(typed, name).toMatchObject({ exitCode: 0 });
    }
  });
});

describe("npm install taskvitals", () => {
  it("brings one copy of OpenTelemetry's API and metrics SDK, and stays small", () => {
    const installed = plain.installed();
    const copiesOf = (name: string): string[] => installed.filter((path) => path.endsWith(`node_modules/${name}`));
    expect(copiesOf("@opentelemetry/api")).toEqual(["node_modules/@opentelemetry/api"]);
    expect(copiesOf("@opentelemetry/sdk-metrics")).toEqual(["node_modules/@opentelemetry/sdk-metrics"]);

    const megabytes = plain.installedBytes() / 1e6;
    console.log(`npm install taskvitals: ${installed.length} packages, ${megabytes.toFixed(1)} MB`);
    expect(installed.length).toBeLessThanOrEqual(maxPackages);
    expect(megabytes).toBeLessThanOrEqual(maxMegabytes);
  });

  it("gives import and require() the same objects", async () => {
    plain.write(
      "same.mjs",
      `import * as imported from "taskvitals";
      import { createRequire } from "node:module";
      const required = createRequire(import.meta.url)("taskvitals");
      const names = Object.keys(imported);
      console.log(JSON.stringify({ names, same: names.filter((name) => required[name] === imported[name]) }));`,
    );
    const { names, same } = JSON.parse(await plain.run("node", "same.mjs")) as { names: string[]; same: string[] };
    expect(names).toContain("startTaskVitals");
    expect(same).toEqual(names);
  });

  it("serves a CommonJS script that calls startTaskVitals", async () => {
    plain.write(
      "script.cjs",
      `const { startTaskVitals } = require("taskvitals");
      startTaskVitals({ endpoint: { port: 0 }, tasks: [{ task: "train", queue: "gpu" }] }).then(async (vitals) => {
        vitals.tasks.record({ task: "train", queue: "gpu", outcome: "failure", durationSeconds: 2 });
        const page = await fetch(new URL("/metrics", vitals.endpoint.url));
        console.log(await page.text());
        await vitals.shutdown();
      });`,
    );
    const page = await plain.run("node", "script.cjs");
    expect(page).toContain('\ntask_success_total{queue="gpu",task="train"} 0\n');
    expect(page).toContain('\ntask_failure_total{queue="gpu",task="train"} 1\n');
    expect(page).toContain('\ntask_duration_seconds_sum{queue="gpu",task="train"} 2\n');
  });

  it("serves a script that knows nothing of it through --import taskvitals/register", async () => {
    plain.write(
      "unaware.cjs",
      `setTimeout(() => {}, 60_000).unref();
      const poll = () => fetch(\`http://127.0.0.1:\${process.env.OTEL_EXPORTER_PROMETHEUS_PORT}/metrics\`)
        .then((response) => response.text())
        .then((page) => { console.log(page); }, () => setTimeout(poll, 50));
      poll();`,
    );
    const { stdout, stderr } = await capture(process.execPath, ["--import", "taskvitals/register", "unaware.cjs"], {
      cwd: plain.path,
      env: {
        OTEL_EXPORTER_PROMETHEUS_HOST: "127.0.0.1",
        OTEL_EXPORTER_PROMETHEUS_PORT: String(await freePort()),
        OTEL_SERVICE_NAME: "unaware",
      },
    });
    expect(withoutContainerAdvice(stderr)).toBe("");
    expect(stdout).toMatch(/\nsystem_memory_usage_gigabytes\{pid="\d+"\} 0\.\d+\n/);
  });
});

describe("on Node.js 20", () => {
  const message = "taskvitals needs Node.js 22.15 or newer; this is v20.20.2. Upgrade Node.js.";

  it.each([
    ["require()", "old.cjs", 'require("taskvitals");'],
    ["import", "old.mjs", 'import { startTaskVitals } from "taskvitals"; await startTaskVitals({ endpoint: false });'],
  ])("%s names the version that is needed", async (_way, file, text) => {
    plain.write(file, text);
    const { exitCode, stderr } = await plain.attempt(oldNode, file);
    expect(stderr).toContain(message);
    expect(exitCode).toBe(1);
  });

  it("--import taskvitals/register names it too, and leaves the application running", async () => {
    const arguments_ = ["--import", "taskvitals/register", "-e", "console.log('alive')"];
    const { exitCode, stdout, stderr } = await plain.attempt(oldNode, ...arguments_);
    expect(stderr).toContain(message);
    expect([exitCode, stdout]).toEqual([0, "alive\n"]);
  });
});

describe("a NestJS application compiled to CommonJS", () => {
  let nest: ConsumerProject;

  beforeAll(async () => {
    nest = await consumerProject(join(directory.path, "nest"));
    for (const [file, text] of Object.entries(nestApplication)) nest.write(file, text);
    await nest.install(
      ...tarballsFor("taskvitals", packages),
      ...["@nestjs/common@11.2.10", "@nestjs/core@11.2.10", "@nestjs/platform-express@11.2.10"],
      ...["reflect-metadata@0.2.2", "rxjs@7.8.2", "typescript@5.9.3", "@types/node@24.10.0"],
    );
  });

  it("compiles, counts its tasks and serves them from a controller", async () => {
    await nest.run("node_modules/.bin/tsc");
    expect(readFileSync(join(nest.path, "out/main.js"), "utf8")).toContain('require("taskvitals")');
    const { statuses, status, type, page } = JSON.parse(await nest.run("node", "out/main.js")) as Record<
      string,
      unknown
    >;
    expect(statuses).toEqual([201, 201, 500]);
    expect([status, type]).toEqual([200, "text/plain; version=0.0.4; charset=utf-8"]);
    expect(page).toContain('\ntask_success_total{queue="train",task="train_lora"} 2\n');
    expect(page).toContain('\ntask_failure_total{queue="train",task="train_lora"} 1\n');
    expect(page).toContain('\ntask_error_total{error_type="RangeError",queue="train",task="train_lora"} 1\n');
  });

  it("compiles under the module settings that tell CommonJS and ESM apart as well", async () => {
    for (const module of ["node16", "nodenext"]) {
      await nest.run("node_modules/.bin/tsc", "--noEmit", "--module", module, "--moduleResolution", module);
    }
  });
});

describe("a bundled worker", () => {
  it.each([
    { format: "cjs", file: "bundle.cjs", banner: "" },
    // What esbuild asks for when CommonJS packages end up in an ESM bundle.
    {
      format: "esm",
      file: "bundle.mjs",
      banner: 'import{createRequire as r}from"module";const require=r(import.meta.url);',
    },
  ])("in $format format runs without node_modules and reads its queue", async ({ format, file, banner }) => {
    await using redis = await startRedis();
    const client = new Redis(redis.url);
    await client.rpush("jobs", "a", "b", "c").finally(() => client.disconnect());

    plain.write("worker.js", bundledWorker);
    const out = join(directory.path, "bundled", file);
    const options = ["--bundle", "--platform=node", "--target=node22", `--format=${format}`, `--outfile=${out}`];
    await plain.run(esbuild, "worker.js", ...options, `--banner:js=${banner}`, "--log-level=warning");

    const ran = await capture(process.execPath, [out], { cwd: directory.path, env: { WORKER_REDIS: redis.url } });
    expect([ran.exitCode, withoutContainerAdvice(ran.stderr)]).toEqual([0, ""]);
    expect(ran.stdout).toContain('\ntask_success_total{queue="jobs",task="resize"} 1\n');
    expect(ran.stdout).toContain('\ntask_queue_length{queue="jobs"} 3\n');
  });
});
