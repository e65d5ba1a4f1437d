import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { parse } from "yaml";
import { composeService } from "./compose-project.ts";
import { codeBlocks } from "./documentation/code-blocks.ts";
import { projectFolder, readPage } from "./documentation/pages.ts";
import { shellCommands } from "./documentation/shell-lines.ts";
import {
  type Captured,
  capture,
  freePort,
  type RunningProcess,
  startProcess,
  type TempDirectory,
  tempDirectory,
  waitUntil,
} from "./services/index.ts";

const page = readPage("docs/tutorial.md");
let directory: TempDirectory;
let folder = "";
let text = "";
const running: RunningProcess[] = [];

/** The page's own text, on ports that are free here. */
beforeAll(async () => {
  directory = tempDirectory("tutorial");
  folder = join(directory.path, "folder");
  const programs = join(directory.path, "programs");
  for (const path of [folder, programs]) mkdirSync(path);
  const [vitals, prometheus] = [await freePort(), await freePort()];
  text = page.text.replaceAll("9464", String(vitals)).replaceAll("9090", String(prometheus));
  // What npm would fetch is what was built here.
  symlinkSync(`${projectFolder}node_modules`, join(folder, "node_modules"));
  writeFileSync(join(programs, "npm"), "#!/bin/sh\n");
  writeFileSync(
    join(programs, "npx"),
    `#!/bin/sh\n[ "$1" = @taskvitals/exporter ] || exit 9\nshift\nexec node ${projectFolder}packages/exporter/dist/main.js "$@"\n`,
  );
  for (const name of ["npm", "npx"]) chmodSync(join(programs, name), 0o755);
  environment = {
    PATH: [programs, join(process.execPath, ".."), process.env.PATH].join(delimiter),
    OTEL_EXPORTER_PROMETHEUS_PORT: String(vitals),
  };
});
let environment: Readonly<Record<string, string>> = {};

afterAll(async () => {
  await Promise.all(running.map((one) => one.stop()));
  directory.remove();
});

/** The blocks below the heading that begins so. */
function blocksOf(heading: string): { readonly language: string; readonly text: string }[] {
  const section = text.split(/^## /m).find((part) => part.startsWith(heading)) ?? "";
  return [...codeBlocks({ path: page.path, text: section })];
}

/** Writes the file whose name stands in front of its block, as the page says it: "`app.mjs`:". */
function writeNamed(name: string): string {
  const [, block = ""] = text.split(new RegExp(`\`${name}\`[^\`\n]*:\n\n\`\`\`\\w+\n`));
  const content = block.slice(0, block.indexOf("\n```") + 1);
  expect(content).not.toBe("");
  writeFileSync(join(folder, name), content);
  return content;
}

/** Runs the commands of a block, as a shell would. */
async function run(command: string): Promise<Captured> {
  return capture("sh", ["-ec", command], { cwd: folder, env: environment });
}

async function start(command: string, readyWhen: RegExp): Promise<void> {
  running.push(
    await startProcess({ command: "sh", args: ["-c", `exec ${command}`], cwd: folder, env: environment, readyWhen }),
  );
}

it("the tutorial leads from an empty folder to an alert that fires, as it stands", async () => {
  const [install, , app] = blocksOf("1.");
  await expect(run(install?.text ?? "")).resolves.toMatchObject({ exitCode: 0 });
  writeNamed("app.mjs");
  await start(app?.text ?? "", /Open http/);

  const [look, shown] = blocksOf("2.");
  const names = (output: string): (string | undefined)[] => output.split("\n").map((line) => line.split(" ")[0]);
  await waitUntil(async () => names((await run(look?.text ?? "")).stdout).length === names(shown?.text ?? "").length, {
    what: "the page to show what the tutorial shows",
  });
  expect(names((await run(look?.text ?? "")).stdout)).toEqual(names(shown?.text ?? ""));

  writeNamed("limits.yml");
  const [, rules] = blocksOf("3.");
  await expect(run(rules?.text ?? "")).resolves.toMatchObject({ exitCode: 0 });

  writeNamed("prometheus.yml");
  const [, prometheus] = blocksOf("4.");
  await start(prometheus?.text ?? "", /Server is ready/);

  const [ask, said, doctor, verdict] = blocksOf("5.");
  const answered = await waitUntil(
    async () => {
      const { stdout } = await run(ask?.text ?? "");
      return /"state":"firing"/.test(stdout) && stdout;
    },
    { what: "the alert to fire", timeoutMs: 60_000, intervalMs: 250 },
  );
  for (const line of (said?.text ?? "").trim().split("\n")) {
    expect(answered).toMatch(new RegExp(line.replace("20%", String.raw`[\d.]+%`)));
  }
  const judged = await run(doctor?.text ?? "");
  expect(judged).toMatchObject({ exitCode: 3 });
  for (const line of (verdict?.text ?? "").trim().split("\n")) expect(judged.stdout).toContain(line);
});

it("its containers are of the images that the project uses, and docker-compose takes them", async () => {
  for (const name of ["compose.yml", "datasource.yml"]) writeNamed(name);
  const { services } = parse(blocksOf("6.")[0]?.text ?? "") as {
    services: Readonly<Record<string, { readonly image: string }>>;
  };
  for (const name of ["prometheus", "grafana"]) expect(services[name]?.image).toBe(composeService(name).image);
  const args = ["-f", "compose.yml", "config", "-q"];
  await expect(capture("docker-compose", args, { cwd: folder })).resolves.toMatchObject({ exitCode: 0 });
  expect(shellCommands(blocksOf("6.").at(-1)?.text ?? "").map(({ program }) => program)).toEqual([
    "curl",
    "docker-compose",
  ]);
});
