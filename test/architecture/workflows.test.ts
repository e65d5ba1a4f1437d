import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { root } from "./workspace.ts";

interface Step {
  readonly uses?: string;
  readonly run?: string;
  readonly with?: Readonly<Record<string, unknown>>;
}

interface Workflow {
  readonly permissions?: Readonly<Record<string, string>>;
  readonly jobs: Readonly<
    Record<
      string,
      {
        readonly permissions?: Readonly<Record<string, string>>;
        readonly "timeout-minutes"?: number;
        readonly steps: readonly Step[];
      }
    >
  >;
}

const folder = join(root, ".github/workflows");
const { scripts } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { scripts: Record<string, string> };

describe.each(readdirSync(folder))("the workflow %s", (file) => {
  const workflow = parse(readFileSync(join(folder, file), "utf8")) as Workflow;
  const jobs = Object.entries(workflow.jobs);
  const steps = jobs.flatMap(([, job]) => job.steps);
  const runs = steps.flatMap(({ run = "" }) => run.split("\n"));

  it("has no right that it does not name, and no job without an end", () => {
    expect(workflow.permissions).toBeDefined();
    expect(Object.values(workflow.permissions ?? {}).filter((right) => right === "write")).toEqual([]);
    for (const [name, job] of jobs) expect(job["timeout-minutes"], name).toBeLessThanOrEqual(90);
  });

  it("runs scripts and files that are there", () => {
    const named = [...runs, ...steps.flatMap((step) => Object.values(step.with ?? {}).map(String))].flatMap((run) =>
      [...run.matchAll(/npm run ([\w:]+)/g)].map(([, script = ""]) => script),
    );
    expect(named.filter((script) => scripts[script] === undefined)).toEqual([]);
    const files = [
      ...runs.filter((run) => run.startsWith(".")),
      ...steps.flatMap((step) => (step.with?.file as string) ?? []),
    ];
    expect(files.filter((path) => !existsSync(join(root, path)))).toEqual([]);
  });

  it("uses actions at one commit each, with their version beside it", () => {
    const text = readFileSync(join(folder, file), "utf8");
    const uses = [...text.matchAll(/uses: (.*)/g)].map(([, action = ""]) => action);
    expect(uses.filter((action) => !/^[\w-]+\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/.test(action))).toEqual([]);
  });

  it("writes nothing that came from outside into a shell, and no secret", () => {
    expect(runs.filter((run) => /\$\{\{/.test(run))).toEqual([]);
    expect(readFileSync(join(folder, file), "utf8")).not.toMatch(/secrets\./);
  });
});

it("a release publishes with provenance, and signs an image of both architectures with its bill of materials", () => {
  const { jobs } = parse(readFileSync(join(folder, "release.yml"), "utf8")) as Workflow;
  expect(jobs.npm?.permissions).toMatchObject({ "id-token": "write" });
  // The names of inputs that the action of version 2 knows; of another name it would only warn, and publish nothing.
  const changesets = jobs.npm?.steps.find(({ uses }) => uses?.startsWith("changesets/action"));
  expect(Object.keys(changesets?.with ?? {})).toEqual(["version-script", "publish-script"]);
  const build = jobs.image?.steps.find(({ uses }) => uses?.startsWith("docker/build-push-action"));
  expect(build?.with).toMatchObject({
    platforms: "linux/amd64,linux/arm64",
    push: true,
    sbom: true,
    provenance: "mode=max",
  });
  expect(jobs.image?.steps.at(-1)?.run).toMatch(/^cosign sign/);
});
