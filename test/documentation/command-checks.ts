import { existsSync, readdirSync, readFileSync } from "node:fs";
import { parseQueue } from "@taskvitals/redis";
import { parse } from "yaml";
import { readCommandLine } from "../../packages/exporter/src/configuration/command-line.ts";
import { projectFolder } from "./pages.ts";
import type { ShellCommand } from "./shell-lines.ts";

/** Says what is wrong with the arguments of a command; `undefined` where nothing is. */
type Check = (args: readonly string[]) => string | undefined;

const anything: Check = () => undefined;

/** What the documentation may tell a reader to run. Programs of others are taken as they are; ours, and what runs our files, are looked at. */
const checks: Readonly<Record<string, Check>> = {
  npm: npmProblem,
  npx: npxProblem,
  "taskvitals-exporter": exporterProblem,
  node: nodeProblem,
  "docker-compose": composeProblem,
  promtool: ([first, second]) =>
    first === "check" && /^(rules|config)$/.test(second ?? "") ? undefined : "unknown use",
  otelcol: (args) => missingFile(args.flatMap((arg) => /^--config=(\S+)$/.exec(arg)?.[1] ?? [])),
  prometheus: ([first]) => (first?.startsWith("--config.file=") ? undefined : "without --config.file"),
  kubectl: (args) => (args[0] === "apply" && args[1] === "-k" ? missingFile(args.slice(2)) : undefined),
  ...Object.fromEntries(
    [
      "cat",
      "celery",
      "cosign",
      "cd",
      "curl",
      "cut",
      "docker",
      "export",
      "grep",
      "jq",
      "kill",
      "mkdir",
      "openssl",
      "python3",
      "redis-cli",
      "redis-server",
    ]
      .concat([
        "pip",
        "rq",
        "sort",
        "uniq",
        "xargs",
        "arq",
        "dramatiq",
        "huey_consumer",
        "taskiq",
        "bundle",
        "gem",
        "go",
        "git",
        "gh",
        "mlflow",
      ])
      .map((program) => [program, anything]),
  ),
};

/** What is wrong with a command of the documentation; `undefined` where nothing is. */
export function commandProblem({ args, program, variables }: ShellCommand): string | undefined {
  const unknown = variables.find((name) => /^(OTEL|TASKVITALS|REDIS)_/.test(name) && !knownVariables().has(name));
  if (unknown !== undefined) return `nothing reads the variable ${unknown}`;
  if (program === "") return undefined;
  const check = checks[program] ?? checks[program.replace(/^.*\//, "")];
  return check === undefined ? `${program} is not among the programs that are known here` : check(args);
}

function npmProblem(args: readonly string[]): string | undefined {
  const [verb = "", ...rest] = args.filter((arg, at) => arg !== "-w" && args[at - 1] !== "-w");
  const folder = args[args.indexOf("-w") + 1];
  const manifest = args.includes("-w") ? `${folder}/package.json` : "package.json";
  if (!existsSync(`${projectFolder}${manifest}`)) return `there is no ${manifest}`;
  if (["audit", "ci", "init", "pack", "version", "--version"].includes(verb)) return undefined;
  if (verb === "install" || verb === "i") return rest.map(packageProblem).find((problem) => problem !== undefined);
  const script = verb === "run" ? rest[0] : verb;
  const { scripts = {} } = JSON.parse(readFileSync(`${projectFolder}${manifest}`, "utf8")) as { scripts?: object };
  return script !== undefined && script in scripts ? undefined : `${manifest} has no script ${script}`;
}

/** What runs through `npx` is ours, or a tool of the project, whose paths are. */
function npxProblem([name = "", ...rest]: readonly string[]): string | undefined {
  if (name === "@taskvitals/exporter") return exporterProblem(rest);
  const tools = JSON.parse(readFileSync(`${projectFolder}package.json`, "utf8")) as { devDependencies: object };
  const isTool = name in tools.devDependencies || `@${name}s/cli` in tools.devDependencies;
  return isTool ? missingFile(rest.filter((arg) => /^(packages|test|bench)\//.test(arg))) : `npx ${name} is not ours`;
}

/** A package that a reader is told to install is one of ours, or one that the tests use. */
function packageProblem(name: string): string | undefined {
  if (name.startsWith("-")) return undefined;
  const bare = name.replace(/(?<=.)@.*$/, "");
  return existsSync(`${projectFolder}node_modules/${bare}`) ? undefined : `the tests do not use the package ${bare}`;
}

function exporterProblem(args: readonly string[]): string | undefined {
  const said: string[] = [];
  const write = (text: string): void => void said.push(text);
  const exitCode = readCommandLine(args, "0.0.0", { out: write, err: write });
  if (typeof exitCode === "number" && exitCode !== 0) return said.join("");
  const queues = args.filter((_, at) => args[at - 1] === "--queue");
  return queues.map(queueProblem).find((problem) => problem !== undefined);
}

function queueProblem(queue: string): string | undefined {
  try {
    parseQueue(queue, "--queue");
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

function nodeProblem(args: readonly string[]): string | undefined {
  const scripts = args.filter((arg) => arg.includes("/") && /\.[cm]?[jt]s$/.test(arg) && !arg.includes("*"));
  const loaded = args[args.indexOf("--import") + 1];
  if (args.includes("--import") && loaded !== "taskvitals/register") return `--import ${loaded} is not ours`;
  return missingFile(scripts.filter((script) => /^(packages|examples|bench|scripts|test)\//.test(script)));
}

function composeProblem(args: readonly string[]): string | undefined {
  const { services } = parse(readFileSync(`${projectFolder}docker-compose.yml`, "utf8"), { merge: true }) as {
    services: Readonly<Record<string, { profiles?: readonly string[] }>>;
  };
  const profiles = Object.values(services).flatMap((service) => service.profiles ?? []);
  const profile = args[args.indexOf("--profile") + 1] ?? "";
  if (args.includes("--profile") && !profiles.includes(profile)) return `there is no profile ${profile}`;
  const verb = args.find((arg, at) => !arg.startsWith("-") && !/^(--profile|-f|--file)$/.test(args[at - 1] ?? ""));
  return verb !== undefined && /^(up|down|config|ps|logs|pull|build|kill|start|stop|restart|exec|run)$/.test(verb)
    ? undefined
    : `unknown use ${verb}`;
}

function missingFile(paths: readonly string[]): string | undefined {
  const missing = paths.find((path) => !existsSync(`${projectFolder}${path}`));
  return missing === undefined ? undefined : `there is no ${missing}`;
}

/** Variables that the packages and the examples name, whole or in parts that OpenTelemetry puts together. */
function knownVariables(): ReadonlySet<string> {
  const folders = ["packages", "examples"].flatMap((folder) =>
    readdirSync(`${projectFolder}${folder}`).map((name) => `${folder}/${name}${folder === "packages" ? "/src" : ""}`),
  );
  const files = folders
    .filter((folder) => existsSync(`${projectFolder}${folder}`))
    .flatMap((folder) =>
      readdirSync(`${projectFolder}${folder}`, { recursive: true, encoding: "utf8" }).map(
        (file) => `${folder}/${file}`,
      ),
    )
    .filter((file) => file.endsWith(".ts") && !file.includes("node_modules"));
  const text = files.map((file) => readFileSync(`${projectFolder}${file}`, "utf8")).join("\n");
  return new Set(text.match(/\b(OTEL|TASKVITALS|REDIS)_\w+/g));
}
