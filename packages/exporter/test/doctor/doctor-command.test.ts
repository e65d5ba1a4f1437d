import { expect, it } from "vitest";
import { type CommandLine, namesServers, readCommandLine } from "../../src/configuration/command-line.ts";

function read(...args: readonly string[]): { readonly asked: CommandLine | number; readonly said: string } {
  const said: string[] = [];
  const asked = readCommandLine(args, "1.2.3", { out: (text) => said.push(text), err: (text) => said.push(text) });
  return { asked, said: said.join("") };
}

it("takes its own options and those of the exporter, before and after its name", () => {
  const own = [
    "--metrics",
    "http://a",
    "--metrics",
    "http://b",
    "--prometheus",
    "http://p",
    "--watch-for",
    "9",
    "--json",
  ];
  const { asked } = read("--queue", "rq:a", "doctor", ...own, "--redis", "redis://h");
  expect(asked).toMatchObject({
    command: "doctor",
    doctor: { metrics: ["http://a", "http://b"], prometheus: "http://p", watchFor: "9", json: true },
    layer: { queues: [{ value: "rq:a", where: "--queue" }], brokers: { default: { location: { url: "redis://h" } } } },
  });
});

it("has a help of its own that fits a screen", () => {
  const { asked, said } = read("doctor", "--help");
  expect(asked).toBe(0);
  const lines = said.trimEnd().split("\n");
  expect(lines.length).toBeLessThan(24);
  expect(lines.filter((line) => line.length > 80)).toEqual([]);
});

it("is a mistake with an option that is not known", () => {
  const { asked, said } = read("doctor", "--prometeus", "http://h");
  expect(asked).toBe(2);
  expect(said).toContain("--prometheus");
});

it("reads no Redis where none is named and others are asked", () => {
  const { asked } = read("doctor", "--metrics", "http://a");
  expect(namesServers(asked as CommandLine, {})).toBe(false);
  expect(namesServers(asked as CommandLine, { REDIS_URL: "redis://h" })).toBe(true);
  expect(namesServers(read("doctor", "--queue", "rq:a").asked as CommandLine, {})).toBe(true);
});
