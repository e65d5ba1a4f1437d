import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { type Build, buildOnce } from "./build-once.ts";
import { startProcess, tempDirectory } from "./index.ts";

function folder(): string {
  const { path, remove } = tempDirectory("build-once");
  onTestFinished(remove);
  return join(path, "built");
}

const build = (name: string, ...inputs: string[]): Build => ({
  name,
  inputs,
  make: (path) => writeFileSync(path, inputs.join()),
});

const quiet = (): void => {};

it("makes what is not there, and again only what changed or was deleted", () => {
  const built = folder();
  const run = (...builds: Build[]): string[] => buildOnce(built, builds, quiet);
  expect(run(build("a", "1"), build("b", "1"))).toEqual(["a", "b"]);
  expect(run(build("a", "1"), build("b", "1"))).toEqual([]);
  expect(run(build("a", "1"), build("b", "1", ""))).toEqual(["b"]);
  rmSync(join(built, "a"));
  expect(run(build("a", "1"), build("b", "1", ""))).toEqual(["a"]);
});

it("makes anew, from nothing, what failed half-way", () => {
  const built = folder();
  const half: Build = {
    ...build("a", "1"),
    make(path) {
      mkdirSync(path);
      throw new Error("no network");
    },
  };
  expect(() => buildOnce(built, [half], quiet)).toThrow("no network");
  expect(buildOnce(built, [build("a", "1")], quiet)).toEqual(["a"]);
  expect(readFileSync(join(built, "a"), "utf8")).toBe("1");
});

it("waits for another run that is building, and takes over from one that was killed", async () => {
  const built = folder();
  const script = `
    const { buildOnce } = await import(${JSON.stringify(new URL("./build-once.ts", import.meta.url).href)});
    const { existsSync, writeFileSync } = await import("node:fs");
    const sleep = (ms) => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
    const make = (path) => {
      console.log("making");
      while (!existsSync(${JSON.stringify(`${built}.go`)})) sleep(20);
      writeFileSync(path, "x");
    };
    console.log("made:", buildOnce(${JSON.stringify(built)}, [{ name: "a", inputs: [], make }], console.log));
  `;
  const run = (readyWhen: RegExp) =>
    startProcess({ command: process.execPath, args: ["--input-type=module", "-e", script], readyWhen });
  await using killed = await run(/making/);
  await using second = await run(/waiting for it/);
  killed.kill("SIGKILL");
  await killed.exited;
  await expect.poll(() => second.output()).toContain("making");
  await using third = await run(/waiting for it/);
  writeFileSync(`${built}.go`, "");
  expect([await second.exited, await third.exited]).toEqual(Array(2).fill({ code: 0, signal: null }));
  expect(second.output()).toContain("made: [ 'a' ]");
  expect(third.output()).toContain("made: []");
  expect(existsSync(join(built, "a"))).toBe(true);
});
