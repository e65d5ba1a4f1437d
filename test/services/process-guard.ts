import { type ChildProcess, spawn } from "node:child_process";

// Reads "+ <group>" and "- <group>". Its input ends when this process is gone, however it went, SIGKILL included: an
// "exit" listener alone would leave servers behind whenever the test runner kills a worker.
const script = `
groups=" "
while read -r change group; do
  case "$change" in
    +) groups="$groups$group " ;;
    -) groups="\${groups%% $group *} \${groups#* $group }" ;;
  esac
done
for group in $groups; do kill -9 "-$group"; done
`;

let guard: ChildProcess | undefined;

/** Has the process group killed as soon as this process ends, in whatever way. */
export function guardGroup(group: number): void {
  guard ??= startGuard();
  guard.stdin?.write(`+ ${group}\n`);
}

/** Takes a process group that ended by itself off the list, so that a reused number is never hit. */
export function releaseGroup(group: number): void {
  guard?.stdin?.write(`- ${group}\n`);
}

function startGuard(): ChildProcess {
  const child = spawn("sh", ["-c", script], { detached: true, stdio: ["pipe", "ignore", "ignore"] });
  child.unref();
  // The pipe must not keep a finished test process alive.
  (child.stdin as unknown as { unref?: () => void }).unref?.();
  child.stdin?.on("error", () => {});
  return child;
}
