import { expect, it } from "vitest";
import { watchSecretFiles } from "../../src/brokers/secret-files.ts";
import { readCommandLine } from "../../src/configuration/command-line.ts";
import { type ExporterConfiguration, resolveConfiguration } from "../../src/configuration/exporter-configuration.ts";
import { livePageOptions, readLivePageOnce } from "../../src/web/live-page-options.ts";
import { tempFiles } from "../temp-files.ts";

interface Given {
  readonly args?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  /** The content of the configuration file. */
  readonly file?: string;
}

function tempFile(name: string, text: string): string {
  return tempFiles().write(name, text);
}

function configuration({ args = [], environment = {}, file }: Given): ExporterConfiguration {
  const config = file === undefined ? [] : ["--config", tempFile("exporter.yaml", file)];
  const commandLine = readCommandLine(["--redis", "redis://h", ...config, ...args], "0", {
    out: () => {},
    err: () => {},
  });
  if (typeof commandLine === "number") throw new Error("the command line ended");
  return resolveConfiguration(commandLine, environment);
}

function options(given: Given): ReturnType<typeof livePageOptions> {
  using files = watchSecretFiles();
  return livePageOptions(configuration(given), files);
}

it("there is a live page by default, for whoever may see the metrics", () => {
  expect(options({})).toEqual({});
  expect(options({ file: "livePage: true\n", environment: { TASKVITALS_LIVE_PAGE: "true" } })).toEqual({});
});

it.each([
  ["a flag", { args: ["--no-live-page"] }],
  ["a variable", { environment: { TASKVITALS_LIVE_PAGE: "false" } }],
  ["the file", { file: "livePage: false\n" }],
  ["a flag, whatever the file says", { args: ["--no-live-page"], file: "livePage: { username: a, password: b }\n" }],
])("there is none where %s says so", (_, given) => {
  expect(options(given)).toBe(false);
});

it("a user of its own has the password in the file, or in a file beside it", () => {
  const file = "livePage: { username: person, password: of-the-page }\n";
  expect(options({ file })).toEqual({ basicAuth: { username: "person", password: "of-the-page" } });
  const secret = tempFile("password", "of a file\n");
  expect(options({ file: `livePage: { username: person, passwordFile: ${secret} }\n` })).toEqual({
    basicAuth: { username: "person", password: "of a file" },
  });
  // That there is a page says nothing of who may see it.
  expect(options({ file, environment: { TASKVITALS_LIVE_PAGE: "true" } })).toHaveProperty("basicAuth");
});

it.each(["username: person", "password: p", "username: a, password: b, passwordFile: c"])(
  "half a user, or two passwords, are refused: %s",
  (keys) => {
    expect(() => options({ file: `livePage: { ${keys} }\n` })).toThrow(
      /livePage: expected username beside password or passwordFile, one of the two/,
    );
  },
);

it("verdicts rest on the thresholds file of flag, variable or file, in this order", () => {
  const limits = (tasks: number): string => tempFile("limits.yml", `thresholds: { backlogTasks: ${tasks} }\n`);
  const beside = limits(3);
  const file = `livePage: { thresholds: ${beside} }\n`;
  const environment = { TASKVITALS_LIVE_PAGE_THRESHOLDS: limits(2) };
  const args = ["--live-page.thresholds", limits(1)];
  const backlogTasks = (given: Given): unknown => {
    const found = options(given);
    return found === false ? false : found?.thresholds?.values?.backlogTasks;
  };
  expect([{ args, environment, file }, { environment, file }, { file }].map(backlogTasks)).toEqual([1, 2, 3]);
});

it("a thresholds file that is none is refused with the name of what named it", () => {
  const wrong = tempFile("limits.yml", "thresholds: { backlogTask: 1 }\n");
  expect(() => options({ args: ["--live-page.thresholds", wrong] })).toThrow(/backlogTask/);
  expect(() => readLivePageOnce(configuration({ args: ["--live-page.thresholds", wrong] }))).toThrow(/backlogTask/);
  expect(() => options({ environment: { TASKVITALS_LIVE_PAGE_THRESHOLDS: "/nowhere/limits.yml" } })).toThrow(
    /TASKVITALS_LIVE_PAGE_THRESHOLDS/,
  );
});
