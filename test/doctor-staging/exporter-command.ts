import { fileURLToPath } from "node:url";
import { type Captured, capture } from "../services/index.ts";

const main = fileURLToPath(new URL("../../packages/exporter/dist/main.js", import.meta.url));

/** Runs `taskvitals-exporter`, as it was built, to its end. No variable of this machine tells it anything. */
export function exporterCommand(...args: readonly string[]): Promise<Captured> {
  const names = Object.keys(process.env).filter((name) => /^(REDIS_URL|OTEL_|TASKVITALS_)/.test(name));
  return capture(process.execPath, [main, ...args], {
    env: Object.fromEntries(names.map((name) => [name, undefined])),
  });
}
