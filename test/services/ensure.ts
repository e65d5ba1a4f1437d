// Run by `npm run services`: makes sure that the programs which the tests start are installed or built.
import { spawnSync } from "node:child_process";
import { accessSync, chmodSync, constants, existsSync, rmSync, statSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { buildOnce } from "./build-once.ts";
import { frameworkBuilds, frameworksFolder } from "./framework-builds.ts";
import { type Machine, planServices, services } from "./service-plan.ts";

const machine: Machine = {
  has: (command) => (process.env.PATH ?? "").split(delimiter).some((folder) => isExecutable(join(folder, command))),
  succeeds: (command, args) => spawnSync(command, args, { stdio: "ignore" }).status === 0,
  isRoot: process.getuid?.() === 0,
};

const plan = planServices(services, machine);
if (plan.action === "fail") fail(plan.message);
if (plan.action === "install") {
  console.error(`Missing: ${plan.missing.join(", ")}. Installing ${plan.packages.join(", ")} with apt-get.`);
  try {
    withoutStartingServices(() => {
      aptGet("update");
      aptGet("install", "--yes", "--no-install-recommends", ...plan.packages);
    });
  } catch (error) {
    fail((error as Error).message);
  }
  const after = planServices(services, { ...machine, isRoot: false });
  if (after.action === "fail") fail(`apt-get succeeded, and yet something is missing.\n${after.message}`);
}

try {
  buildOnce(join(frameworksFolder, ".built"), frameworkBuilds(), console.error);
} catch (error) {
  fail((error as Error).message);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

function aptGet(...args: string[]): void {
  console.error(`$ apt-get ${args.join(" ")}`);
  // Its progress goes to our stderr: stdout belongs to whoever called us.
  const { status, signal, error } = spawnSync("apt-get", args, {
    stdio: ["ignore", 2, 2],
    env: { ...process.env, DEBIAN_FRONTEND: "noninteractive", RUNLEVEL: "1" },
  });
  if (status !== 0) throw new Error(`apt-get ${args[0]} failed (${error?.message ?? signal ?? `exit code ${status}`})`);
}

/** Runs `install` under Debian's policy that packages start nothing; a policy of the machine's own stays as it is. */
function withoutStartingServices(install: () => void): void {
  const policy = "/usr/sbin/policy-rc.d";
  const isOurs = !existsSync(policy);
  // Ctrl-C ends apt-get; this process must live on to take the policy away again.
  const ignore = (): void => {};
  process.on("SIGINT", ignore).on("SIGTERM", ignore);
  try {
    if (isOurs) {
      writeFileSync(policy, "#!/bin/sh\nexit 101\n");
      chmodSync(policy, 0o755);
    }
    install();
  } finally {
    if (isOurs) rmSync(policy, { force: true });
    process.off("SIGINT", ignore).off("SIGTERM", ignore);
  }
}

function fail(message: string): never {
  console.error(message);
  process.exit(1);
}
