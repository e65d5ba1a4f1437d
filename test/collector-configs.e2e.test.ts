import { readdirSync, readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { parse } from "yaml";
import { root } from "./compose-project.ts";
import { capture, validateCollector } from "./services/index.ts";

/** Files that are laid over `otel-collector.yaml`, all of which a user may want at once. */
const OVERLAYS = ["scrape.yaml", "remote-write.yaml", "delta.yaml", "secure.yaml"];
const OF_THE_BUILD = ["builder-config.yaml", "go.mod", "go.sum"];

it.each([
  ["otel-collector.yaml"],
  ["otelcol/agent.yaml"],
  ...OVERLAYS.map((overlay) => ["otel-collector.yaml", `otelcol/${overlay}`]),
  ["otel-collector.yaml", ...OVERLAYS.map((overlay) => `otelcol/${overlay}`)],
])("the Collector accepts %s %s %s %s %s", async (...files) => {
  const paths = files.filter((file) => file !== undefined).map((file) => `${root}${file}`);
  expect(await validateCollector(paths)).toBe("");
});

it("every configuration is one of those", () => {
  expect(readdirSync(`${root}otelcol`).sort()).toEqual(["agent.yaml", ...OF_THE_BUILD, ...OVERLAYS].sort());
});

it("the builder's configuration names what go.mod has locked, and one release for all", () => {
  const config = parse(readFileSync(`${root}otelcol/builder-config.yaml`, "utf8")) as Record<string, unknown>;
  const { dist, ...parts } = config as { dist: { version: string } } & Record<string, { gomod: string }[]>;
  const modules = Object.values(parts).flatMap((part) => part.map(({ gomod }) => gomod));
  const locked = readFileSync(`${root}otelcol/go.mod`, "utf8");
  for (const module of modules) {
    expect(locked).toContain(`\t${module}\n`);
    expect(module).toMatch(new RegExp(` v${dist.version}$`));
  }
});

it("the image in docker-compose.yml is of the release that is tested", async () => {
  const { stdout } = await capture("docker-compose", ["--profile", "fanout", "config"], { cwd: root });
  const { services } = parse(stdout) as { services: Record<string, { image: string }> };
  expect(services["otel-collector"]?.image).toBe("otel/opentelemetry-collector-contrib:0.155.0");
});
