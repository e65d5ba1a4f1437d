import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { benchmarkNames, loadBenchmark } from "./catalogue.ts";
import { describeMachine } from "./machine.ts";
import { report } from "./report.ts";

/** Runs the benchmarks that the command line names. Answers the exit code: 1 for a crash or a mistake, whatever the figures. */
async function main(args: readonly string[]): Promise<number> {
  const known = benchmarkNames();
  let quick: boolean;
  let names: string[];
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      options: { quick: { type: "boolean", default: false } },
      allowPositionals: true,
    });
    quick = values.quick;
    names = positionals.length === 0 ? known : positionals;
  } catch (error) {
    return refuse((error as Error).message, known);
  }
  const unknown = names.filter((name) => !known.includes(name));
  if (unknown.length > 0) return refuse(`Unknown benchmark: ${unknown.join(", ")}.`, known);
  const [only] = names;
  if (only !== undefined && names.length === 1) return runHere(only, quick);
  let exitCode = 0;
  for (const name of names) exitCode = Math.max(exitCode, await runApart(name, quick));
  return exitCode;
}

async function runHere(name: string, quick: boolean): Promise<number> {
  const progress = (text: string): void => void process.stderr.write(`${name}: ${text}\n`);
  try {
    const benchmark = await loadBenchmark(name);
    progress(benchmark.describe);
    const machine = describeMachine();
    const outcome = await benchmark.run({ quick, progress });
    process.stdout.write(`${JSON.stringify(report(benchmark, machine, outcome))}\n`);
    return 0;
  } catch (error) {
    progress(`crashed: ${error instanceof Error ? error.stack : String(error)}`);
    return 1;
  }
}

/** A process of its own for each: what one benchmark made the compiler and the heap do must not weigh on the next. */
async function runApart(name: string, quick: boolean): Promise<number> {
  const script = fileURLToPath(import.meta.url);
  const child = spawn(process.execPath, [script, name, ...(quick ? ["--quick"] : [])], { stdio: "inherit" });
  const [code] = (await once(child, "exit")) as [number | null];
  return code === 0 ? 0 : 1;
}

function refuse(problem: string, known: readonly string[]): number {
  const list = known.map((name) => `  ${name}`).join("\n");
  process.stderr.write(`${problem}\nUsage: npm run bench -- [--quick] [name ...]\nBenchmarks:\n${list}\n`);
  return 1;
}

process.exitCode = await main(process.argv.slice(2));
