import { describe, expect, it } from "vitest";
import { readFileLayer } from "../../src/configuration/file-layer.ts";
import { refusal } from "../refusal.ts";
import { tempFiles } from "../temp-files.ts";

function read(text: string): ReturnType<typeof readFileLayer> {
  return readFileLayer({ value: tempFiles().write("exporter.yaml", text), where: "--config" });
}

/** The message of a file that is refused, from its name on. */
function mistake(text: string): string {
  return refusal(() => read(text)).replace(/^.*exporter\.yaml/, "exporter.yaml");
}

describe("a configuration file", () => {
  it("may say everything", () => {
    const files = tempFiles();
    const text = `
serviceName: acme
resourceAttributes: { deployment.environment: prod }
brokers:
  default: redis://a
  jobs: { urlFile: secrets/url, tls: { caFile: /etc/ca.pem } }
  many: { cluster: [a:1, b:2], passwordFile: secrets/password }
  ha: { sentinels: [s:26379], name: main, db: 2, username: u, password: p, tls: true }
queues:
  - celery:celery
  - { layout: rq, name: default, broker: jobs, label: rq-default }
tasks: [train, { task: eval, queue: gpu }]
celeryEvents: { broker: jobs, taskQueues: { train: gpu }, inspect: true }
buckets: { durationSeconds: [1, 2] }
endpoint: { listenAddress: ":9", path: /m, webConfigFile: web.yaml }
log: { format: json }
readDeadlineMs: 500
maxSeries: 10
maxQueues: 20
hostVitals: false
runtimeMetrics: false
`;
    const layer = readFileLayer({ value: files.write("exporter.yaml", text), where: "--config" });
    const at = (line: number, path: string): string => `${files.folder}/exporter.yaml:${line}: ${path}`;
    expect(layer).toMatchObject({
      serviceName: "acme",
      resourceAttributes: { "deployment.environment": "prod" },
      brokers: {
        default: { location: { kind: "url", url: "redis://a", where: at(5, "brokers.default") } },
        jobs: {
          location: { kind: "url-file", file: `${files.folder}/secrets/url` },
          tls: { ca: { value: "/etc/ca.pem", where: at(6, "brokers.jobs.tls.caFile") } },
        },
        many: {
          location: {
            kind: "cluster",
            nodes: ["a:1", "b:2"],
            credentials: { passwordFile: `${files.folder}/secrets/password` },
          },
        },
        ha: {
          location: { kind: "sentinels", name: "main", db: 2, credentials: { username: "u", password: "p" } },
          tls: { enabled: { value: true } },
        },
      },
      queues: [
        { value: "celery:celery", where: at(10, "queues[0]") },
        { value: { layout: "rq", name: "default", broker: "jobs", label: "rq-default" }, where: at(11, "queues[1]") },
      ],
      tasks: { value: ["train", { task: "eval", queue: "gpu" }] },
      celeryEvents: [{ value: { broker: "jobs", taskQueues: { train: "gpu" }, inspect: true } }],
      listenAddress: { value: { host: "0.0.0.0", port: 9 } },
      telemetryPath: { value: "/m" },
      webConfigFile: { value: `${files.folder}/web.yaml` },
      logFormat: { value: "json" },
      limits: {
        buckets: { durationSeconds: [1, 2] },
        readDeadlineMs: 500,
        maxSeries: 10,
        maxQueues: 20,
        hostVitals: false,
        runtimeMetrics: false,
      },
    });
  });

  it("may say nothing", () => {
    expect(read("")).toMatchObject({ brokers: {}, queues: undefined });
  });

  it("switches events on and off with a word, and takes a list of them", () => {
    expect(read("celeryEvents: true").celeryEvents).toMatchObject([{ value: {} }]);
    expect(read("celeryEvents: false").celeryEvents).toEqual([]);
    expect(read("bullmqEvents: true").bullmqEvents).toMatchObject([{ value: {} }]);
    expect(read("bullmqEvents: [{ broker: a }]").bullmqEvents).toMatchObject([{ value: { broker: "a" } }]);
    expect(read("celeryEvents: [{ broker: a }, { broker: b }]").celeryEvents).toMatchObject([
      { value: { broker: "a" } },
      { value: { broker: "b" } },
    ]);
  });
});

describe("a mistake in it", () => {
  it.each([
    ["queue: []", 'exporter.yaml:1: queue: expected one of the keys serviceName, .*\\. Did you mean "queues"\\?'],
    [
      "brokers:\n  jobs:\n    urlfile: x",
      'exporter.yaml:3: brokers.jobs.urlfile: expected one of the keys url, .* Did you mean "urlFile"\\?',
    ],
    [
      "brokers:\n  jobs: { url: redis://a, tls: { ca: x } }",
      'exporter.yaml:2: brokers.jobs.tls.ca: .* Did you mean "caFile"\\?',
    ],
    ["bullmqEvents: { brokr: a }", 'exporter.yaml:1: bullmqEvents.brokr: .* Did you mean "broker"\\?'],
    ["celeryEvents: { inspct: true }", 'exporter.yaml:1: celeryEvents.inspct: .* Did you mean "inspect"\\?'],
    [
      "buckets: { seconds: [1] }",
      "exporter.yaml:1: buckets.seconds: expected one of the keys durationSeconds, waitSeconds",
    ],
    ["queues: rq:a", 'exporter.yaml:1: queues: expected a list of queues, each "<layout>:<name>" or a mapping\\.'],
    ["queues: [1]", 'exporter.yaml:1: queues\\[0\\]: expected "<layout>:<name>", or a mapping\\.'],
    ["maxSeries: 0", "exporter.yaml:1: maxSeries: expected a whole number from 1 to 100000\\."],
    ["maxSeries: many", "exporter.yaml:1: maxSeries: expected a whole number from 1 to 100000\\."],
    [
      "brokers: { a: { url: redis://a, password: 12345678 } }",
      "exporter.yaml:1: brokers.a.password: expected text\\. Put it in quotes\\.$",
    ],
    ["serviceName: [a]", "exporter.yaml:1: serviceName: expected text\\.$"],
    ["hostVitals: yes", "exporter.yaml:1: hostVitals: expected true or false\\."],
    ["log: { format: xml }", "exporter.yaml:1: log.format: expected logfmt or json\\."],
    ["- a", "exporter.yaml: expected a mapping of settings\\."],
    [
      "brokers: { a: { url: redis://a, cluster: [b:1] } }",
      'brokers.a: got "url and cluster"; expected one of url, urlFile, cluster, sentinels\\.',
    ],
    [
      "brokers: { a: { sentinels: [b:1] } }",
      "brokers.a: expected name, the name that the Sentinels have for the master\\.",
    ],
    [
      "brokers: { a: { url: redis://a, db: 1 } }",
      "brokers.a.db: expected this key beside sentinels only\\. The database of a URL is its path, such as /1\\.",
    ],
    [
      "brokers: { a: { url: redis://a, password: p, passwordFile: f } }",
      "brokers.a.password: expected password or passwordFile, not both\\.",
    ],
    ["brokers: { 'a:b': redis://a }", "brokers.a:b: expected a name without /, : and @\\."],
    [
      "redis: redis://a\nbrokers: { default: redis://b }",
      'brokers.default: expected one broker named "default"; "redis" is the same\\. Leave out one of the two\\.',
    ],
    [
      "endpoint: { listenAddress: '9' }",
      "exporter.yaml:1: endpoint.listenAddress: got .* expected an address with a port",
    ],
    ["a: 1\na: 2", "exporter.yaml:2: expected valid YAML; a key is there twice\\."],
    ["queues:\n\t- a", "exporter.yaml:2: expected valid YAML; it is indented with a tab"],
    ["queues: [a", "exporter.yaml:1: expected valid YAML; .*\\."],
  ])("%j is explained", (text, message) => {
    expect(mistake(text)).toMatch(new RegExp(message));
  });

  it.each([
    "password: *secret",
    "brokers: { a: { url: redis://a, password: [secret] } }",
    "brokers: { redis://:secret@host: x }",
    "brokers: { a: { url: redis://a, password: p, secret: redis://:secret@host } }".replace("secret:", "x:"),
    "queues: [redis://:secret@host",
    "redis: { a: secret }",
    "secret: 'secret",
  ])("%j is refused without repeating its values", (text) => {
    expect(mistake(text.replace(/^secret: /, "redis: "))).not.toContain("secret");
  });

  it("a file that is not there is named with its flag", () => {
    expect(() => readFileLayer({ value: "/nowhere.yaml", where: "TASKVITALS_CONFIG" })).toThrow(
      'TASKVITALS_CONFIG: got "/nowhere.yaml"; expected a file that can be read (ENOENT).',
    );
  });
});
