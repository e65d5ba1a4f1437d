import { describe, expect, it } from "vitest";
import { readCommandLine } from "../../src/configuration/command-line.ts";

function read(...args: string[]): { result: ReturnType<typeof readCommandLine>; out: string; err: string } {
  const said = { out: "", err: "" };
  const result = readCommandLine(args, "1.2.3", {
    out: (text) => {
      said.out += text;
    },
    err: (text) => {
      said.err += text;
    },
  });
  return { result, ...said };
}

describe("--help", () => {
  it("fits a screen of 24 lines of 80 characters", () => {
    const { out, result } = read("--help");
    const lines = out.trimEnd().split("\n");
    expect(result).toBe(0);
    expect(lines.length).toBeLessThan(24);
    expect(lines.filter((line) => line.length > 80)).toEqual([]);
  });

  it("names every flag of the example", () => {
    for (const flag of [
      "--redis",
      "--queue",
      "--celery-events",
      "--bullmq-events",
      "--config",
      "--web.config.file",
      "check",
      "rules",
    ]) {
      expect(read("--help").out).toContain(flag);
    }
  });
});

it("--version says the version", () => {
  expect(read("--version")).toEqual({ result: 0, out: "1.2.3\n", err: "" });
});

it("every flag is understood, before and after the subcommand", () => {
  const flags = ["--redis", "redis://a", "--queue", "rq:a", "--queue", "rq:b", "--task", "t", "--celery-events"];
  const files = ["--redis-ca-file", "ca", "--redis-cert-file", "cert", "--redis-key-file", "key", "--config", "file"];
  const web = ["--web.listen-address", ":1", "--web.telemetry-path", "/m", "--web.config.file", "web"];
  const { result } = read(
    ...flags,
    "check",
    ...files,
    ...web,
    "--celery-inspect",
    "--bullmq-events",
    "--log.format",
    "json",
    "--format",
    "json",
  );
  expect(result).toEqual({
    command: "check",
    format: "json",
    hasPassword: false,
    file: { value: "file", where: "--config" },
    layer: {
      brokers: {
        default: {
          location: { kind: "url", url: "redis://a", where: "--redis", credentials: {} },
          tls: {
            ca: { value: "ca", where: "--redis-ca-file" },
            cert: { value: "cert", where: "--redis-cert-file" },
            key: { value: "key", where: "--redis-key-file" },
          },
        },
      },
      queues: [
        { value: "rq:a", where: "--queue" },
        { value: "rq:b", where: "--queue" },
      ],
      tasks: { value: ["t"], where: "--task" },
      celeryEvents: [{ value: {}, where: "--celery-events" }],
      celeryInspect: { value: true, where: "--celery-inspect" },
      bullmqEvents: [{ value: {}, where: "--bullmq-events" }],
      listenAddress: { value: { host: "0.0.0.0", port: 1 }, where: "--web.listen-address" },
      telemetryPath: { value: "/m", where: "--web.telemetry-path" },
      webConfigFile: { value: "web", where: "--web.config.file" },
      logFormat: { value: "json", where: "--log.format" },
      limits: {},
    },
  });
});

it.each([
  [["--queu", "x"], "error: unknown option '--queu'\n(Did you mean --queue?)"],
  [["--log.format", "xml"], "Allowed choices are logfmt, json."],
  [["--queue"], "error: option '--queue <layout:name>' argument missing"],
  [["serve"], "error: too many arguments."],
  [["check", "--format", "yaml"], "Allowed choices are text, json."],
])("%s is a mistake that is explained", (args, message) => {
  const { err, result } = read(...args);
  expect(result).toBe(2);
  expect(err).toContain(message);
});

it("a password among the arguments is noticed", () => {
  expect(read("--redis", "redis://:secret@host").result).toMatchObject({ hasPassword: true });
  expect(read("--redis", "redis://host").result).toMatchObject({ hasPassword: false });
});

it("--redis and --redis-url-file exclude each other", () => {
  expect(() => read("--redis", "redis://a", "--redis-url-file", "f")).toThrow(
    "--redis-url-file: expected this flag or --redis, not both.",
  );
});
