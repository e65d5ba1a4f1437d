// Run by go-builds.ts: `go build` of a large program is silent for minutes; this says how far it is.
import { spawn, spawnSync } from "node:child_process";
import { createInterface } from "node:readline";

const EVERY_MS = 10_000;

const build = process.argv.slice(2);
const packages = build.slice(build.lastIndexOf("-o") + 2);
const flags = build.slice(0, build.lastIndexOf("-o"));
const dependencies = spawnSync("go", ["list", ...flags, "-deps", ...packages], {
  encoding: "utf8",
  stdio: ["ignore", "pipe", 2],
  maxBuffer: 64 * 1024 * 1024,
});
const total = dependencies.stdout.split("\n").length - 1;

// With -v it names each package that it compiles, on stderr; what is no package's name is said by the compiler.
let compiled = 0;
const child = spawn("go", ["build", "-v", ...build], { stdio: ["ignore", "inherit", "pipe"] });
createInterface(child.stderr).on("line", (line) => {
  if (/^[\w./~-]+$/.test(line)) compiled += 1;
  else console.error(line);
});
const report = setInterval(() => console.error(`  ${compiled} of at most ${total} packages compiled`), EVERY_MS);
child.on("error", (error) => {
  clearInterval(report);
  console.error(error.message);
  process.exitCode = 1;
});
child.on("close", (code) => {
  clearInterval(report);
  process.exitCode = code ?? 1;
});
