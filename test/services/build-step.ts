import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

const projectFolder = fileURLToPath(new URL("../..", import.meta.url));

/**
 * Runs one step of a build and shows it with its progress on stderr: stdout belongs to whoever called us.
 *
 * @param advice - what a failure is most likely to need, as sentences
 * @throws Error when it fails
 */
export function runStep(command: string, args: readonly string[], advice: string, cwd: string = projectFolder): void {
  console.error(`$ ${command} ${args.join(" ")}`);
  const { status, signal, error } = spawnSync(command, args, { cwd, stdio: ["ignore", 2, 2] });
  if (status === 0) return;
  throw new Error(`${command} failed (${error?.message ?? signal ?? `exit code ${status}`}). ${advice}`);
}
