import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { type Captured, capture } from "../test/services/index.ts";
import { benchmarkNames, loadBenchmark } from "./catalogue.ts";

const script = fileURLToPath(new URL("run.ts", import.meta.url));

function run(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Captured> {
  return capture(process.execPath, [script, ...args], { env });
}

test.each(benchmarkNames())("the file of %s exports the benchmark of that name", async (name) => {
  expect((await loadBenchmark(name)).describe).toMatch(/\?$/);
});

test("an unknown name runs nothing and lists what there is", async () => {
  const { exitCode, stdout, stderr } = await run(["scrape", "scrap"]);
  expect(stderr).toContain("Unknown benchmark: scrap.");
  for (const name of benchmarkNames()) expect(stderr).toContain(`  ${name}\n`);
  expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: "" });
});

test("an unknown option runs nothing and says what is accepted", async () => {
  const { exitCode, stdout, stderr } = await run(["--fast"]);
  expect(stderr).toContain("--fast");
  expect(stderr).toContain("Usage: npm run bench -- [--quick | --save] [name ...]");
  expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: "" });
});

test("figures of a quick run are never stored", async () => {
  const { exitCode, stdout, stderr } = await run(["scrape", "--quick", "--save"]);
  expect(stderr).toContain("--save is for full runs");
  expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: "" });
});

test("a benchmark that crashes says why and exits with 1", async () => {
  const { exitCode, stdout, stderr } = await run(["scrape", "--quick"], { PATH: "" });
  expect(stderr).toMatch(/scrape: crashed: .*redis-server/);
  expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: "" });
});
