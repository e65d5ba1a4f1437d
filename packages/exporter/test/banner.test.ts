import { expect, it } from "vitest";
import { sourcesOn } from "../src/banner.ts";
import { readCommandLine } from "../src/configuration/command-line.ts";
import { resolveConfiguration } from "../src/configuration/exporter-configuration.ts";

it("what is read on a broker is its queues, and the events of each framework", () => {
  const args = ["--redis", "redis://h", "--queue", "bullmq:mails", "--queue", "rq:*", "--celery-events"];
  const commandLine = readCommandLine([...args, "--bullmq-events"], "0", { out: () => {}, err: () => {} });
  if (typeof commandLine === "number") throw new Error("the command line was refused");
  const configuration = resolveConfiguration(commandLine, {});
  expect(sourcesOn("default", configuration)).toEqual(["bullmq:mails", "rq:*", "Celery's events", "BullMQ's events"]);
  expect(sourcesOn("other", configuration)).toEqual([]);
});
