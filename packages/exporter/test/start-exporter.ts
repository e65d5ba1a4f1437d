import { fileURLToPath } from "node:url";
import { onTestFinished } from "vitest";
import { type Captured, capture, type RunningProcess, startProcess } from "../../../test/services/index.ts";

const path = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

/** Variables of the machine that runs the tests, which a test must not depend on. */
const CLEAN = Object.fromEntries(
  Object.keys(process.env)
    .filter((name) => /^(REDIS_URL|OTEL_|TASKVITALS_)/.test(name))
    .map((name) => [name, undefined]),
);

/** The arguments of Node.js that run the command on the sources. */
export function exporterCommand(args: readonly string[]): readonly string[] {
  return ["--import", path("../../sdk/test/child/resolve-sources.ts"), path("../src/main.ts"), ...args];
}

/** Environment variables of a test. */
export type Variables = Readonly<Record<string, string | undefined>>;

/** Runs the command to its end. */
export function runExporter(args: readonly string[], env: Variables = {}): Promise<Captured> {
  return capture(process.execPath, exporterCommand(args), { env: { ...CLEAN, ...env } });
}

/** An exporter that serves. */
export interface ServingExporter {
  readonly process: RunningProcess;
  /** Where the page is. */
  readonly url: string;
  /** The page, complete. */
  page(): Promise<string>;
}

/** Starts the command; resolves once it serves, on a free port unless the arguments say otherwise. Ended with the test. */
export async function serveExporter(args: readonly string[], env: Variables = {}): Promise<ServingExporter> {
  const child = await startProcess({
    command: process.execPath,
    args: exporterCommand(args),
    env: { ...CLEAN, OTEL_EXPORTER_PROMETHEUS_PORT: "0", ...env },
    readyWhen: /msg"?[=:]"?serving/,
  });
  onTestFinished(async () => {
    child.kill("SIGKILL");
    await child.exited;
  });
  const url = /url"?[=:]"?(https?:\/\/[^\s"]+)/.exec(child.output())?.[1] ?? "";
  return { process: child, url, page: async () => (await fetch(url)).text() };
}
