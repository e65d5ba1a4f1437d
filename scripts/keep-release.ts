// Run before a release is made public: `node scripts/keep-release.ts`. Packs the published packages that processes share totals with, as built, and keeps them in
// test/previous-release: the tests of the next release run beside them.

import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const packages = ["core", "live", "meter", "redis", "rules", "bullmq", "sdk"];
const root = fileURLToPath(new URL("..", import.meta.url));
const kept = join(root, "test/previous-release");
const work = mkdtempSync(join(tmpdir(), "keep-release-"));

for (const file of readdirSync(kept).filter((name) => name.endsWith(".tgz"))) rmSync(join(kept, file));
for (const name of packages) {
  const source = join(root, "packages", name);
  const target = join(work, name);
  mkdirSync(target);
  const [manifest] = JSON.parse(
    execFileSync("npm", ["pack", source, "--dry-run", "--json", "--ignore-scripts"], { cwd: root, encoding: "utf8" }),
  ) as [{ files: { path: string }[] }];
  // What runs, and no more: a test needs neither sources nor types.
  const runs = manifest.files
    .map(({ path }) => path)
    .filter((path) => /^(package\.json|dist\/.*\.js|.*\.cjs)$/.test(path));
  for (const path of runs) cpSync(join(source, path), join(target, path));
  execFileSync("npm", ["pack", target, "--pack-destination", kept, "--ignore-scripts"], { cwd: root, stdio: "ignore" });
}
rmSync(work, { recursive: true });
process.stdout.write(`${readdirSync(kept).join("\n")}\n`);
