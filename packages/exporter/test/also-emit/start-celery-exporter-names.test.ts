import { parseQueue } from "@taskvitals/redis";
import { expect, it } from "vitest";
import { celeryQueueNames } from "../../src/also-emit/start-celery-exporter-names.ts";

const names = (...queues: Parameters<typeof parseQueue>[0][]): ReturnType<typeof celeryQueueNames> =>
  celeryQueueNames(queues.map((given) => ({ given, where: "queues", source: parseQueue(given, "queues") })));

it("has the names that Celery's queues have in Celery", () => {
  const nameOf = names("celery:mails", { layout: "celery", name: "gpu", label: "acme-gpu" }, "rq:default");
  expect(["mails", "acme-gpu", "default", "other"].map(nameOf)).toEqual(["mails", "gpu", undefined, undefined]);
});

it("has the labels of queues that have one name on two brokers", () => {
  const nameOf = names("celery:mails", { layout: "celery", name: "mails", broker: "other", label: "other-mails" });
  expect(["mails", "other-mails"].map(nameOf)).toEqual(["mails", "other-mails"]);
});

it("takes queues that were found for Celery's where no other framework's are looked for", () => {
  expect(names("celery:*", "rq:default")("found")).toBe("found");
  expect(names("celery:*", "rq:default")("default")).toBeUndefined();
  expect(names("celery:*", "bullmq:*")("found")).toBeUndefined();
});
