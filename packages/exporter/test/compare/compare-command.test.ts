import { expect, it } from "vitest";
import { type CommandLine, readCommandLine } from "../../src/configuration/command-line.ts";
import { refusal } from "../refusal.ts";

function read(...args: readonly string[]): { readonly asked: CommandLine | number; readonly said: string } {
  const said: string[] = [];
  const asked = readCommandLine(args, "1.2.3", { out: (text) => said.push(text), err: (text) => said.push(text) });
  return { asked, said: said.join("") };
}

it("takes two pages and a time", () => {
  const { asked } = read("compare", "--with", "http://a", "--metrics", "http://b", "--for", "10s", "--json");
  expect(asked).toMatchObject({
    command: "compare",
    compare: { with: "http://a", metrics: "http://b", for: "10s", json: true },
  });
});

it("has a help of its own that fits a screen", () => {
  const { asked, said } = read("compare", "--help");
  expect(asked).toBe(0);
  const lines = said.trimEnd().split("\n");
  expect(lines.length).toBeLessThan(24);
  expect(lines.filter((line) => line.length > 80)).toEqual([]);
});

it("refuses what names a server, which it does not read", () => {
  expect(refusal(() => read("--redis", "redis://h", "compare", "--with", "http://a"))).toBe(
    "--redis: expected flags of compare beside compare. Two pages are compared: --with is the other exporter's, --metrics ours.",
  );
});
