import { copyFileSync } from "node:fs";
import { join } from "node:path";
import { type RunningProcess, startProcess } from "./child-process.ts";
import { frameworksFolder } from "./framework-builds.ts";
import { freePort } from "./free-port.ts";
import { EMPTY_DATABASE } from "./mlflow-build.ts";
import { tempDirectory } from "./temp-directory.ts";

/** How the tracking server is started. */
export interface MlflowServerOptions {
  /** Arguments behind `mlflow`, in which `0.0.0.0` and `5000` stand for where it listens and `/mlflow/` for its folder. */
  readonly args: readonly string[];
  /** Its variables; `5000` in them is its port as well. */
  readonly env: Readonly<Record<string, string>>;
}

/** A real tracking server of MLflow on a free loopback port, with an SQLite database of its own. */
export interface MlflowServer extends AsyncDisposable {
  readonly url: string;
  /** The one that runs now. */
  process(): RunningProcess;
  /** Ends it at once, without a word to anybody. */
  kill(): Promise<void>;
  /** Starts it again, on the same port and database. */
  start(): Promise<void>;
}

const environment = join(frameworksFolder, ".built", "mlflow");

/**
 * Starts MLflow; resolves when it answers.
 *
 * The server behind the address is Flask's under gunicorn: the one that newer versions use by themselves wants pandas for what they do beside tracking.
 */
export async function startMlflow({ args, env }: MlflowServerOptions): Promise<MlflowServer> {
  const directory = tempDirectory("mlflow");
  copyFileSync(join(environment, EMPTY_DATABASE), join(directory.path, "mlflow.db"));
  const port = String(await freePort());
  const url = `http://127.0.0.1:${port}`;
  const here = (text: string): string =>
    text.replaceAll("0.0.0.0", "127.0.0.1").replaceAll("5000", port).replaceAll("/mlflow/", `${directory.path}/`);
  const launch = (): Promise<RunningProcess> =>
    startProcess({
      command: join(environment, "bin", "mlflow"),
      args: [...args.map(here), "--gunicorn-opts=--no-control-socket --timeout=60"],
      env: Object.fromEntries(Object.entries(env).map(([name, value]) => [name, here(value)])),
      cwd: directory.path,
      readyWhen: async () => (await fetch(`${url}/health`, { signal: AbortSignal.timeout(2_000) })).ok,
    });
  let process: RunningProcess;
  try {
    process = await launch();
  } catch (error) {
    directory.remove();
    throw error;
  }
  const kill = async (): Promise<void> => {
    process.kill("SIGKILL");
    await process.exited;
  };
  return {
    url,
    process: () => process,
    kill,
    async start() {
      process = await launch();
    },
    async [Symbol.asyncDispose]() {
      await kill();
      directory.remove();
    },
  };
}
