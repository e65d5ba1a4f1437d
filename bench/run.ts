import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { benchmarkNames, loadBenchmark } from "./catalogue.ts";
import { describeMachine } from "./machine.ts";
import { report } from "./report.ts";
import { saveReport } from "./results.ts";

/** Runs the benchmarks that the command line names. Answers the exit code: 1 for a crash or a mistake, whatever the figures. */
async function main(args: readonly string[]): Promise<number> {
  const known = benchmarkNames();
  let options: RunOptions;
  let names: string[];
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      options: { quick: { type: "boolean", default: false }, save: { type: "boolean", default: false } },
      allowPositionals: true,
    });
    options = values;
    names = positionals.length === 0 ? known : positionals;
  } catch (error) {
    return refuse((error as Error).message, known);
  }
  const unknown = names.filter((name) => !known.includes(name));
  if (unknown.length > 0) return refuse(`Unknown benchmark: ${unknown.join(", ")}.`, known);
  if (options.quick && options.save)
    return refuse("--save is for full runs; the figures of --quick mean nothing.", known);
  const [only] = names;
  if (only !== undefined && names.length === 1) return runHere(only, options);
  let exitCode = 0;
  for (const name of names) exitCode = Math.max(exitCode, await runApart(name, options));
  return exitCode;
}

interface RunOptions {
  /** A tiny size, to see that it still runs. */
  readonly quick: boolean;
  /** Keep the report in `bench/results`. */
  readonly save: boolean;
}

async function runHere(name: string, { quick, save }: RunOptions): Promise<number> {
  const progress = (text: string): void => void process.stderr.write(`${name}: ${text}\n`);
  try {
    const benchmark = await loadBenchmark(name);
    progress(benchmark.describe);
    const machine = describeMachine();
    const outcome = await benchmark.run({ quick, progress });
    const result = report(benchmark, machine, outcome);
    if (save) progress(`kept as ${saveReport(result, new Date())}`);
    process.stdout.write(`${JSON.stringify(result)}\n`);
    return 0;
  } catch (error) {
    progress(`crashed: ${error instanceof Error ? error.stack : String(error)}`);
    return 1;
  }
}

/** A process of its own for each: what one benchmark made the compiler and the heap do must not weigh on the next. */
async function runApart(name: string, { quick, save }: RunOptions): Promise<number> {
  const script = fileURLToPath(import.meta.url);
  const child = spawn(process.execPath, [script, name, ...(quick ? ["--quick"] : []), ...(save ? ["--save"] : [])], {
    stdio: "inherit",
  });
  const [code] = (await once(child, "exit")) as [number | null];
  return code === 0 ? 0 : 1;
}

function refuse(problem: string, known: readonly string[]): number {
  const list = known.map((name) => `  ${name}`).join("\n");
  process.stderr.write(`${problem}\nUsage: npm run bench -- [--quick | --save] [name ...]\nBenchmarks:\n${list}\n`);
  return 1;
}

process.exitCode = await main(process.argv.slice(2));
