import { expect, it } from "vitest";
import { runInProcess } from "./run-in-process.ts";

it.each<[string, string[], string]>([
  [
    "an unknown flag",
    ["--redis", "redis://h", "--queus", "x"],
    "error: unknown option '--queus'\n(Did you mean --queue?)\n",
  ],
  [
    "a URL without a flag",
    ["redis://:s3cr3t@h"],
    "error: too many arguments. Expected 0 arguments but got 1: redis://***@h.\n",
  ],
  ["a flag with its value joined wrongly", ["--rediss://:s3cr3t@h"], "error: unknown option '--rediss://***@h'\n"],
  ["nothing to read", [], "taskvitals-exporter: --redis: expected a Redis server to read."],
  [
    "a bad queue",
    ["--redis", "redis://h", "--queue", "redis://:s3cr3t@h"],
    'taskvitals-exporter: --queue: got "redis"; expected a layout that is known: list,',
  ],
  [
    "two queues of one name",
    ["--redis", "redis://h", "--queue", "rq:a", "--queue", "list:a"],
    "taskvitals-exporter: --queue: ",
  ],
  [
    "old names without the events that they tell of",
    ["--redis", "redis://h", "--also-emit", "celery-exporter"],
    "taskvitals-exporter: --also-emit: expected Celery's events to be read, of which these names tell. Add --celery-events.\n",
  ],
  ["old names of an exporter that is not known", ["--also-emit", "flower"], "It is celery-exporter"],
  [
    "a bad path",
    ["--redis", "redis://h", "--web.telemetry-path", "metrics"],
    'taskvitals-exporter: --web.telemetry-path: got "metrics"; expected a path that begins with "/"',
  ],
  [
    "a file of secrets that is not there",
    ["--redis-url-file", "/nowhere"],
    'taskvitals-exporter: --redis-url-file: got "/nowhere"; expected a file that can be read (ENOENT).\n',
  ],
])("%s ends with exit code 2 and what to do", async (_, args, message) => {
  const { exitCode, stderr, stdout } = await runInProcess(args);
  expect(stderr).toContain(message);
  expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: "" });
  expect(stderr).not.toContain("s3cr3t");
});
