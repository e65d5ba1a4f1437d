import { describe, expect, it } from "vitest";
import { readCommandLine } from "../../src/configuration/command-line.ts";
import { type ExporterConfiguration, resolveConfiguration } from "../../src/configuration/exporter-configuration.ts";
import { tempFiles } from "../temp-files.ts";

interface Sources {
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly file?: string;
}

function resolve({ args = [], env = {}, file }: Sources): ExporterConfiguration {
  const config = file === undefined ? [] : ["--config", tempFiles().write("exporter.yaml", file)];
  const commandLine = readCommandLine([...args, ...config], "0", { out: () => {}, err: () => {} });
  if (typeof commandLine === "number") throw new Error(`the command line ended with ${commandLine}`);
  return resolveConfiguration(commandLine, env);
}

const urlOf = ({ brokers }: ExporterConfiguration, name = "default"): unknown => brokers.get(name)?.location;
const queuesOf = ({ queues }: ExporterConfiguration): unknown => queues.map(({ given }) => given);

describe("precedence", () => {
  const args = ["--redis", "redis://flag", "--queue", "rq:flag", "--web.listen-address", ":1", "--task", "flag"];
  const env = { REDIS_URL: "redis://env", TASKVITALS_QUEUES: "rq:env", OTEL_EXPORTER_PROMETHEUS_PORT: "2" };
  const file = "redis: redis://file\nqueues: [rq:file]\ntasks: [file]\nendpoint: { listenAddress: ':3' }";

  it("the command line wins over all", () => {
    const configuration = resolve({ args, env, file });
    expect(urlOf(configuration)).toMatchObject({ url: "redis://flag" });
    expect(queuesOf(configuration)).toEqual(["rq:flag"]);
    expect(configuration.listen?.value.port).toBe(1);
    expect(configuration.tasks.value).toEqual(["flag"]);
  });

  it("the environment wins over the file, one setting at a time", () => {
    const configuration = resolve({ env, file });
    expect(urlOf(configuration)).toMatchObject({ url: "redis://env" });
    expect(queuesOf(configuration)).toEqual(["rq:env"]);
    expect(configuration.listen?.value.port).toBe(2);
    expect(configuration.tasks.value).toEqual(["file"]);
  });

  it("the file is what is left", () => {
    expect(urlOf(resolve({ file }))).toMatchObject({ url: "redis://file" });
    expect(resolve({ file }).listen?.value.port).toBe(3);
  });

  it("brokers are told apart by name, and files of TLS by flag", () => {
    const configuration = resolve({
      args: ["--redis-ca-file", "flag-ca"],
      env: { REDIS_URL: "rediss://env", TASKVITALS_REDIS_CERT_FILE: "env-cert" },
      file: "brokers: { jobs: redis://jobs, default: { url: rediss://file, tls: { keyFile: /file-key } } }",
    });
    expect(urlOf(configuration, "jobs")).toMatchObject({ url: "redis://jobs" });
    expect(configuration.brokers.get("default")).toMatchObject({
      location: { url: "rediss://env" },
      tls: { ca: { value: "flag-ca" }, cert: { value: "env-cert" }, key: { value: "/file-key" } },
    });
  });

  it("the name of the service in the environment wins over the file's", () => {
    expect(resolve({ args }).serviceName).toBe("taskvitals-exporter");
    expect(resolve({ args, file: "serviceName: acme" }).serviceName).toBe("acme");
    const named = resolve({ args, env: { OTEL_SERVICE_NAME: "env" }, file: "serviceName: acme" });
    expect([named.serviceName, named.environment.OTEL_SERVICE_NAME]).toEqual([undefined, "env"]);
    const file = "resourceAttributes: { a: file, b: file }";
    const attributes = resolve({ args, env: { OTEL_RESOURCE_ATTRIBUTES: "a=env" }, file });
    expect(attributes.resourceAttributes).toEqual({ b: "file" });
  });

  it("the SDK is not shown what was read here", () => {
    const kept = { OTEL_EXPORTER_OTLP_ENDPOINT: "http://c", TASKVITALS_EXPOSITION: "standard", HOME: "/" };
    expect(resolve({ args, env: { ...env, TASKVITALS_TASKS: "a", ...kept } }).environment).toEqual(kept);
  });
});

describe("what is to be scraped", () => {
  const args = ["--redis", "redis://a"];

  it("is nothing where OTEL_METRICS_EXPORTER names only otlp, unless a flag says where", () => {
    const env = { OTEL_METRICS_EXPORTER: "otlp" };
    expect(resolve({ args, env }).listen).toBeUndefined();
    expect(resolve({ args: [...args, "--web.listen-address", ":1"], env }).listen?.value.port).toBe(1);
  });

  it("is at 10464 on this machine by default", () => {
    expect(resolve({ args }).listen).toEqual({
      value: { host: undefined, port: 10_464 },
      where: "--web.listen-address",
    });
  });
});

describe("BullMQ's events", () => {
  it("are those of the queues on their broker, found ones too", () => {
    const args = ["--redis", "redis://a", "--bullmq-events"];
    for (const queue of ["bullmq:mails", "bullmq:*"]) {
      const { bullmqEvents } = resolve({ args: [...args, "--queue", queue] });
      expect(bullmqEvents).toEqual([{ value: { broker: "default" }, where: "--bullmq-events" }]);
    }
  });

  it("are what replicas take turns at", () => {
    const args = ["--redis", "redis://a", "--queue", "bullmq:mails", "--bullmq-events", "--lease", "x"];
    expect(resolve({ args }).lease).toEqual({ name: "x", broker: "default" });
  });
});

describe("the file for totals", () => {
  it("is what a flag, the environment or the file says, where events are counted", () => {
    const args = ["--redis", "redis://a", "--celery-events"];
    expect(resolve({ args: [...args, "--totals-file", "t.json"] }).totalsFile).toEqual({
      value: "t.json",
      where: "--totals-file",
    });
    expect(resolve({ args, env: { TASKVITALS_TOTALS_FILE: "/t.json" } }).totalsFile?.value).toBe("/t.json");
    // Relative to the file that names it.
    expect(resolve({ args, file: "totalsFile: t.json" }).totalsFile?.value).toMatch(/^\/.+\/t\.json$/);
    expect(resolve({ args }).totalsFile).toBeUndefined();
  });

  it("takes the names of an old exporter from flag, environment and file, in this order", () => {
    const args = ["--redis", "redis://a", "--celery-events"];
    expect(resolve({ args }).alsoEmit).toBeUndefined();
    const value = "celery-exporter";
    expect(resolve({ args: [...args, "--also-emit", value] }).alsoEmit).toEqual({ value, where: "--also-emit" });
    const env = { TASKVITALS_ALSO_EMIT: value };
    expect(resolve({ args, env }).alsoEmit).toEqual({ value, where: "TASKVITALS_ALSO_EMIT" });
    expect(resolve({ args, file: "alsoEmit: celery-exporter" }).alsoEmit?.where).toMatch(/:1: alsoEmit$/);
  });
});

describe("Celery's events", () => {
  it("are on the default broker, and inspected where a flag or the file says so", () => {
    const args = ["--redis", "redis://a", "--celery-events"];
    expect(resolve({ args }).celeryEvents).toMatchObject([{ value: { broker: "default", inspect: false } }]);
    expect(resolve({ args: [...args, "--celery-inspect"] }).celeryEvents).toMatchObject([{ value: { inspect: true } }]);
  });
});

it("warns of a password among the arguments, without repeating it", () => {
  const { warnings } = resolve({ args: ["--redis", "redis://:secret@a"] });
  expect(warnings).toEqual([
    "--redis: a password among the arguments can be read by every user of this machine. Use REDIS_URL or --redis-url-file.",
  ]);
});

describe("a mistake", () => {
  it.each<[Sources, string]>([
    [
      {},
      "--redis: expected a Redis server to read. Give --redis redis://host:6379, REDIS_URL, --redis-url-file, or brokers in the file of --config.",
    ],
    [
      { args: ["--redis", "redis://a", "--queue", "jobs"] },
      '--queue: got "jobs"; expected "<layout>:<name>" with a layout that is known',
    ],
    [
      { env: { REDIS_URL: "redis://a", TASKVITALS_QUEUES: "x:y" } },
      'TASKVITALS_QUEUES: got "x"; expected a layout that is known',
    ],
    [
      { file: "redis: redis://a\nqueues:\n  - { layout: rq, name: a, brokr: b }" },
      "exporter.yaml:3: queues[0]: expected no fields but layout, name, broker, label, prefix",
    ],
    [
      { file: "brokers: { jobs: redis://a }\nqueues: [rq:a]" },
      'exporter.yaml:2: queues[0]: there is no broker "default", only "jobs". Give --redis or REDIS_URL, or say which broker it is on.',
    ],
    [
      { file: "redis: redis://a\nqueues: [{ layout: rq, name: a, broker: job }]" },
      'there is no broker "job", only "default". Correct it, or add it to brokers.',
    ],
    [
      { file: "redis: redis://a\nceleryEvents: { broker: x }" },
      'exporter.yaml:2: celeryEvents: there is no broker "x"',
    ],
    [
      { file: "redis: redis://a\nceleryEvents: [{}, {}]" },
      'celeryEvents[1]: expected the events of broker "default" once per globalKeyprefix.',
    ],
    [
      { args: ["--redis", "redis://a", "--celery-events", "--totals-file", "t", "--lease", "x"] },
      "--totals-file: expected this or the lease, not both: a lease keeps the totals in Redis. Leave out one of the two.",
    ],
    [
      { args: ["--redis", "redis://a", "--queue", "rq:a", "--totals-file", "t"] },
      "--totals-file: expected events to count, whose totals it is for. Add --celery-events",
    ],
    [
      { args: ["--redis", "redis://a", "--celery-events", "--totals-file", "state/"] },
      '--totals-file: got "state/"; expected a file, not a folder.',
    ],
    [
      { args: ["--redis", "redis://a", "--queue", "rq:a", "--bullmq-events"] },
      '--bullmq-events: expected a queue of BullMQ on broker "default", whose events to read. Add --queue bullmq:<name>, or bullmq:* for all;',
    ],
    [
      { file: "redis: redis://a\nqueues: [bullmq:a]\nbullmqEvents: [{}, {}]" },
      'bullmqEvents[1]: expected the events of broker "default" once.',
    ],
    [
      { args: ["--redis", "redis://a", "--celery-inspect"] },
      "--celery-inspect: expected Celery's events to be read. Add --celery-events.",
    ],
    [
      { args: ["--redis-ca-file", "ca"], file: "brokers: { jobs: redis://a }" },
      '--redis-ca-file: expected a server for it: broker "default" has no address.',
    ],
  ])("%j is explained", (sources, message) => {
    expect(() => resolve(sources)).toThrow(message);
  });
});
