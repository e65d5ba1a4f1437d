import { existsSync } from "node:fs";
import { join } from "node:path";
import type { DriverProgram } from "./driver.ts";

const here = import.meta.dirname;

/**
 * A virtual environment: `arq` for Arq, `celery-5.2` for the Celery of Debian 12, `flower` for Flower, `kubernetes` for the schemas of
 * Kubernetes, `python` for every other framework.
 */
export type PythonEnvironment = "python" | "arq" | "celery-5.2" | "flower" | "kubernetes";

/** The Python of a virtual environment. */
export function pythonOf(environment: PythonEnvironment): string {
  return builtProgram(join(environment, "bin", "python"));
}

/**
 * A driver in Python.
 *
 * @param environment - the virtual environment that it runs in
 * @param script - its path in this folder: `rq/driver.py`
 */
export function frameworkProgram(environment: PythonEnvironment, script: string): DriverProgram {
  return {
    command: pythonOf(environment),
    args: [join(here, script)],
    // `protocol.py` lies in the folder that is added to the path.
    env: { PYTHONPATH: join(here, "python"), PYTHONDONTWRITEBYTECODE: "1", PYTHONUNBUFFERED: "1" },
  };
}

/** A driver in Ruby, by its path in this folder: `sidekiq/driver.rb`. */
export function rubyProgram(script: string): DriverProgram {
  return { command: "ruby", args: [join(here, script)] };
}

/** The driver for Asynq. */
export function asynqProgram(): DriverProgram {
  return { command: builtProgram("asynq-driver"), args: [] };
}

/** A program that `npm run services` built, by its path in the folder of builds. Throws when it is not there. */
export function builtProgram(path: string): string {
  const command = join(here, ".built", path);
  if (!existsSync(command)) throw new Error(`${command} is not there: run \`npm run services\``);
  return command;
}
