import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Redis } from "ioredis";
import { describe, expect, it } from "vitest";
import { parse, stringify } from "yaml";
import { type CodeBlock, documentedBlocks } from "./documentation/code-blocks.ts";
import { projectFolder } from "./documentation/pages.ts";
import { writeTypescriptProject } from "./documentation/typescript-blocks.ts";
import { type YamlKind, yamlKind } from "./documentation/yaml-kinds.ts";
import { capture, promtool, startRedis, tempDirectory, validateCollector } from "./services/index.ts";

const blocks = documentedBlocks();
const inLanguage = (language: string): readonly CodeBlock[] => blocks.filter((block) => block.language === language);
const ofKind = (...kinds: readonly YamlKind[]): (readonly [string, string])[] =>
  inLanguage("yaml")
    .filter(({ text }) => kinds.some((kind) => kind === yamlKind(text)))
    .map(({ place, text }) => [place, text]);

it("all TypeScript of the documentation compiles against the built packages", async () => {
  const isWholeFile = (text: string, files: readonly string[]): boolean =>
    files.some((file) => readFileSync(`${projectFolder}${file}`, "utf8").trim() === text.trim());
  const { blocks: compiled, project } = writeTypescriptProject(isWholeFile);
  expect(compiled.length).toBeGreaterThan(30);
  const { stdout } = await capture(`${projectFolder}node_modules/.bin/tsc`, ["-p", project, "--pretty", "false"]);
  expect(stdout).toBe("");
});

it("all Python of the documentation compiles", async () => {
  const directory = tempDirectory("documented-python");
  const files = inLanguage("python").map(({ text }, index) => {
    const file = join(directory.path, `block_${index}.py`);
    writeFileSync(file, text);
    return file;
  });
  expect(files.length).toBeGreaterThan(2);
  expect(await capture("python3", ["-m", "py_compile", ...files])).toMatchObject({ exitCode: 0, stderr: "" });
  directory.remove();
});

it("the rights that the documentation gives to users of Redis are rights that Redis knows", async () => {
  await using server = await startRedis();
  const client = new Redis(server.url);
  for (const { place, text } of inLanguage("redis")) {
    // A block that goes on from another begins with its first right; an ellipsis stands for the commands of a layout.
    const words = text
      .replace(/^ACL SETUSER \S+/, "")
      .trim()
      .split(/\s+/);
    await expect(client.call("ACL", "SETUSER", "reader", ...words.filter((word) => word !== "…")), place).resolves.toBe(
      "OK",
    );
  }
  client.disconnect();
});

describe("what other programs read", () => {
  it.each(ofKind("prometheus", "relabeling"))("Prometheus takes the configuration at %s", async (_, text) => {
    const content = parse(text) as Readonly<Record<string, unknown>>;
    const job = { job_name: "platform", static_configs: [{ targets: ["localhost:9464"] }], ...content };
    const whole = yamlKind(text) === "relabeling" ? { scrape_configs: [job] } : content;
    const directory = tempDirectory("documented-prometheus");
    writeFileSync(join(directory.path, "prometheus.yml"), stringify(whole));
    const args = ["check", "config", "--syntax-only", join(directory.path, "prometheus.yml")];
    expect(await promtool(args, undefined, "3")).toMatchObject({ exitCode: 0 });
    directory.remove();
  });

  it.each(ofKind("rules"))("Prometheus takes the rules at %s", async (_, text) => {
    expect(await promtool(["check", "rules"], text)).toMatchObject({ exitCode: 0 });
  });

  it.each(ofKind("compose"))("docker-compose takes the services at %s", async (_, text) => {
    const directory = tempDirectory("documented-compose");
    writeFileSync(join(directory.path, "compose.yml"), text);
    const args = ["-f", join(directory.path, "compose.yml"), "config", "-q"];
    expect(await capture("docker-compose", args)).toMatchObject({ exitCode: 0 });
    directory.remove();
  });

  it.each(ofKind("collector"))("the Collector takes the configuration at %s", async (_, text) => {
    const directory = tempDirectory("documented-collector");
    writeFileSync(join(directory.path, "collector.yaml"), text);
    expect(await validateCollector([join(directory.path, "collector.yaml")])).toBe("");
    directory.remove();
  });
});
