import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parse, stringify } from "yaml";
import { type PrometheusVersion, prometheusVersions, promtool } from "../../../../test/services/index.ts";
import { runCommandLine } from "../../src/run-command-line.ts";
import { tempFiles } from "../temp-files.ts";

const OVERRIDES = `
thresholds: { failureRatio: 0.1, growthWindowSeconds: 1234.5 }
queues:
  images: { oldestTaskSeconds: 60, stuckSeconds: 7200 }
  'odd "name" (v1.0)\\': { stuckSeconds: 30 }
tasks:
  train.lora: { failureRatio: 0, regressionFactor: 3 }
forSeconds: { TaskBrokerDown: 0 }
severities: { TaskQueuePaused: info }
disabled: [TaskEventsSilent]
`;

async function run(args: readonly string[]): Promise<{ exitCode: number; stdout: string; stderr: string }> {
  const said = { stdout: "", stderr: "" };
  const writer = (stream: keyof typeof said) => ({
    write: (text: string) => {
      said[stream] += text;
    },
  });
  const exitCode = await runCommandLine(["rules", ...args], {
    environment: {},
    stdout: writer("stdout"),
    stderr: writer("stderr"),
    version: "0",
    untilAsked: () => new Promise(() => {}),
  });
  return { exitCode, ...said };
}

async function promtoolSays(rules: string, version: PrometheusVersion): Promise<string> {
  const file = tempFiles().write("rules.yml", rules);
  const { exitCode, stderr, stdout } = await promtool(["check", "rules", file], undefined, version);
  return exitCode === 0 ? "" : `${stdout}${stderr}`;
}

describe.each(prometheusVersions)("Prometheus %s takes what is written", (version) => {
  it("without any flag", async () => {
    const { exitCode, stderr, stdout } = await run([]);
    expect({ exitCode, stderr, said: await promtoolSays(stdout, version) }).toEqual({
      exitCode: 0,
      stderr: "",
      said: "",
    });
  });

  it("with a selector of every kind, labels, and overrides of queues and tasks with odd names", async () => {
    const thresholds = tempFiles().write("my.yml", OVERRIDES);
    const selector = ['{job="a\\"b"', "env=~'prod|(?i)TEST'", "region!=`x\\y`", 'queue!~"test.*",}'].join(",");
    const flags = ["--selector", selector, "--by", "namespace,cluster", "--label", 'note=say "hi"\\'];
    const { exitCode, stdout } = await run([...flags, "--thresholds", thresholds]);
    expect({ exitCode, said: await promtoolSays(stdout, version) }).toEqual({ exitCode: 0, said: "" });
    expect(stdout).toContain('queue="images"');
    expect(stdout).not.toContain("TaskEventsSilent");
  });

  it("as the spec of a PrometheusRule, in a file", async () => {
    const files = tempFiles();
    const output = join(files.folder, "rule.yml");
    const thresholds = files.write("my.yml", OVERRIDES);
    const flags = [
      "--format",
      "prometheusrule",
      "--namespace",
      "monitoring",
      "--grafana-url",
      "https://grafana.example",
    ];
    const { exitCode, stderr, stdout } = await run([...flags, "--thresholds", thresholds, "--output", output]);
    expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: "" });
    expect(stderr).toMatch(/: \d+ recorded series and \d+ alerts\.\n$/);
    expect(await promtoolSays(stringify(parse(readFileSync(output, "utf8")).spec), version)).toBe("");
  });
});

describe("a mistake writes nothing and ends with exit code 2:", () => {
  it.each([
    ["a bad selector", ["--selector", "job=x"], `Write 'job="x"'`],
    ["a file that is not there", ["--thresholds", "nowhere.yml"], "expected a file that can be read (ENOENT)."],
    ["a folder that is not there", ["--output", "nowhere/rules.yml"], "expected a file that can be written (ENOENT)."],
    ["another format", ["--format", "json"], "Allowed choices are prometheus, prometheusrule."],
    ["a queue to read", ["--queue", "rq:default"], "--queue: expected flags of rules beside rules. Rules are written"],
    ["an unknown flag", ["--selektor", "x"], "Did you mean --selector?"],
  ])("%s", async (_, args, message) => {
    const { exitCode, stderr, stdout } = await run(args);
    expect(stderr).toContain(message);
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: "" });
  });

  it("every one in the thresholds file, on a line each", async () => {
    const file = tempFiles().write("my.yml", "thresholds:\n  failureRatio: 7\nqueues: { a: { stuckSeconds: 0 } }\n");
    const { stderr } = await run(["--thresholds", file]);
    expect(stderr.trimEnd().split("\n")).toEqual([
      expect.stringContaining("my.yml:2: thresholds.failureRatio: got 7;"),
      expect.stringContaining("my.yml:3: queues.a.stuckSeconds: got 0;"),
    ]);
  });
});

it("its help fits a screen of 24 lines of 80 characters", async () => {
  const { exitCode, stdout } = await run(["--help"]);
  const lines = stdout.trimEnd().split("\n");
  expect(exitCode).toBe(0);
  expect(lines.length).toBeLessThan(24);
  expect(lines.filter((line) => line.length > 80)).toEqual([]);
});
