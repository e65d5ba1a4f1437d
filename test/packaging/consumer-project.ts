import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { type Captured, capture } from "../services/index.ts";

/** A project of somebody else, outside this workspace, as `npm init` makes it. */
export interface ConsumerProject {
  readonly path: string;
  /** Writes a file below the project. */
  write(file: string, text: string): void;
  /** Installs packages: names with versions, or paths of tarballs. @throws Error with npm's output */
  install(...packages: string[]): Promise<void>;
  /** Runs a command in the project and returns what it wrote to stdout. @throws Error unless it exits with 0 */
  run(command: string, ...args: string[]): Promise<string>;
  /** Runs a command in the project to its end, whatever that is. */
  attempt(command: string, ...args: string[]): Promise<Captured>;
  /** Paths of every installed copy below the project, such as `node_modules/ioredis`. */
  installed(): string[];
  /** Size of `node_modules` in bytes. */
  installedBytes(): number;
}

/** Makes an empty project at `path`. */
export async function consumerProject(path: string): Promise<ConsumerProject> {
  mkdirSync(path, { recursive: true });
  // Commands and npm itself run on the Node.js of this test, not on whatever the machine's PATH finds first.
  const env = { PATH: [dirname(process.execPath), process.env.PATH].join(delimiter) };
  const attempt = (command: string, ...args: string[]): Promise<Captured> =>
    capture(command, args, { cwd: path, env, timeoutMs: 240_000 });
  const run = async (command: string, ...args: string[]): Promise<string> => {
    const { exitCode, stdout, stderr } = await attempt(command, ...args);
    const what = [command, ...args].join(" ");
    if (exitCode !== 0) throw new Error(`\`${what}\` ended with ${exitCode}:\n${stdout}\n${stderr}`);
    return stdout;
  };
  await run("npm", "init", "--yes");
  return {
    path,
    write: (file, text) => writeFileSync(join(path, file), text),
    install: async (...packages) =>
      void (await run("npm", "install", "--save-exact", "--prefer-offline", "--no-audit", "--no-fund", ...packages)),
    run,
    attempt,
    installed() {
      const lock = JSON.parse(readFileSync(join(path, "node_modules/.package-lock.json"), "utf8")) as {
        packages: Record<string, unknown>;
      };
      return Object.keys(lock.packages);
    },
    installedBytes: () => bytesBelow(join(path, "node_modules")),
  };
}

function bytesBelow(folder: string): number {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, { parentPath, name }) => sum + readFileSync(join(parentPath, name)).byteLength, 0);
}
