import { join } from "node:path";
import type { Build } from "./build-once.ts";
import { runStep } from "./build-step.ts";
import { virtualEnvironment } from "./virtual-environment.ts";

/** Inside the environment: an empty database with all tables, because MLflow needs as long to make one as to start twice. */
export const EMPTY_DATABASE = "empty.db";

/** Without the environment's say (`-E`), so that Python keeps what it compiles of the server: it starts twice as fast then. */
const IMPORT_AND_MAKE_DATABASE =
  "import sys, mlflow.server, gunicorn.app.wsgiapp; from mlflow.cli import cli; cli(['db', 'upgrade', sys.argv[1]])";

/** The tracking server of MLflow: 30 MB to fetch, 180 MB on the disk. */
export function mlflowBuild(): Build {
  const requirements = join(import.meta.dirname, "mlflow", "requirements.txt");
  return virtualEnvironment("mlflow", requirements, {
    // What it does not name is not needed to serve; what is never imported need not be compiled.
    pipOptions: ["--no-deps", "--require-hashes", "--only-binary=:all:", "--no-compile"],
    finish(path) {
      console.error("Making an empty database of MLflow: about ten seconds.");
      const database = `sqlite:///${join(path, EMPTY_DATABASE)}`;
      runStep(join(path, "bin", "python"), ["-E", "-c", IMPORT_AND_MAKE_DATABASE, database], "");
    },
  });
}
