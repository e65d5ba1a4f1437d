import { TaskVitalsError } from "taskvitals";
import { expect, it } from "vitest";
import { readCommandLine } from "../src/configuration/command-line.ts";
import { type ExporterConfiguration, resolveConfiguration } from "../src/configuration/exporter-configuration.ts";
import { explained, inOurWords, withoutClients } from "../src/vitals-options.ts";

function configuration(env: Readonly<Record<string, string>> = {}): ExporterConfiguration {
  const args = ["--redis", "redis://h", "--queue", "rq:a", "--queue", "rq:b", "--task", "t"];
  const commandLine = readCommandLine(args, "0", { out: () => {}, err: () => {} });
  if (typeof commandLine === "number") throw new Error("the command line ended");
  return resolveConfiguration(commandLine, env);
}

it.each([
  ["taskvitals: queues[1]: two queues have one label.", "--queue: two queues have one label."],
  ['tasks: got ""; expected a name.', '--task: got ""; expected a name.'],
  ["endpoint.path: expected a path.", "--web.telemetry-path: expected a path."],
  ["endpoint.host: it listens on 127.0.0.1.", "--web.listen-address: it listens on 127.0.0.1."],
  ["buckets.durationSeconds: expected numbers.", "buckets.durationSeconds: expected numbers."],
])("%j names what the user wrote", (message, ours) => {
  expect(inOurWords(message, configuration())).toBe(ours);
});

it("a variable is named where it gave the value", () => {
  const inEnvironment = configuration({ TASKVITALS_WEB_LISTEN_ADDRESS: ":1", TASKVITALS_WEB_TELEMETRY_PATH: "x" });
  expect(inOurWords("endpoint.port: taken.", inEnvironment)).toBe("TASKVITALS_WEB_LISTEN_ADDRESS: taken.");
  expect(inOurWords("endpoint.path: bad.", inEnvironment)).toBe("TASKVITALS_WEB_TELEMETRY_PATH: bad.");
});

it("an error keeps its code and its cause", () => {
  const cause = new Error("underneath");
  const taken = explained(new TaskVitalsError("PORT_IN_USE", "endpoint.port: got 1 …", { cause }), configuration());
  expect(taken).toMatchObject({
    code: "PORT_IN_USE",
    cause,
    message:
      "--web.listen-address (or TASKVITALS_WEB_LISTEN_ADDRESS, such as :10465): port 10464 is taken by another process. Choose another port, or 0 for any free one.",
  });
  expect(explained(cause, configuration())).toBe(cause);
});

it("advice is what somebody with flags and a file can follow", () => {
  const advice =
    "the server's certificate is not trusted; name the file of its CA in NODE_EXTRA_CA_CERTS, or give a client with `tls: { ca }` (X)";
  expect(withoutClients(advice)).toBe(
    "the server's certificate is not trusted; name the file of its CA with --redis-ca-file (X)",
  );
});
