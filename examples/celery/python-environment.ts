import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const requirements = fileURLToPath(new URL("requirements.txt", import.meta.url));

/** Makes a virtual environment with what requirements.txt lists, unless it is there already; answers its Python. */
export function makePythonEnvironment(folder: string): string {
  const path = join(folder, "python");
  const python = join(path, "bin", "python");
  const stamp = join(path, "requirements.txt");
  const wanted = readFileSync(requirements, "utf8");
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === wanted) return python;
  console.log("Installing Celery into a virtual environment; this happens once.");
  rmSync(path, { recursive: true, force: true });
  if (spawnSync("uv", ["--version"]).status === 0) {
    run("uv", ["venv", "--quiet", path]);
    run("uv", ["pip", "install", "--python", python, "--requirement", requirements]);
  } else {
    run("python3", ["-m", "venv", path]);
    run(python, ["-m", "pip", "install", "--disable-pip-version-check", "--requirement", requirements]);
  }
  writeFileSync(stamp, wanted);
  return python;
}

function run(command: string, args: readonly string[]): void {
  const { status, error } = spawnSync(command, args, { stdio: "inherit" });
  if (status === 0) return;
  const why = error?.message ?? `exit code ${status}`;
  throw new Error(`${command} failed: ${why}. It needs Python 3.10 or newer with venv, and a package index.`);
}
