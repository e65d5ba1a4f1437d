import { fileURLToPath } from "node:url";
import { startProcess } from "../../test/services/index.ts";

/** A process of the benchmark that does what it is asked. */
export interface AskedProcess extends AsyncDisposable {
  /** `http://` with host and port. */
  readonly url: string;
  /** Asks it, and waits for what it answers. */
  ask<Answer>(path: string, parameters?: Readonly<Record<string, string | number>>): Promise<Answer>;
}

/** Starts a script of this folder. */
export async function startAsked(script: string, ...args: readonly string[]): Promise<AskedProcess> {
  const path = fileURLToPath(new URL(script, import.meta.url));
  const child = await startProcess({ command: process.execPath, args: [path, ...args], readyWhen: /^port \d+$/m });
  const url = `http://127.0.0.1:${/^port (\d+)$/m.exec(child.output())?.[1]}`;
  return {
    url,
    async ask<Answer>(what: string, parameters: Readonly<Record<string, string | number>> = {}) {
      const query = new URLSearchParams();
      for (const [name, value] of Object.entries(parameters)) query.set(name, String(value));
      const response = await fetch(`${url}${what}?${query}`);
      if (!response.ok) throw new Error(`${script} failed: ${await response.text()}\n${child.output()}`);
      return (await response.json()) as Answer;
    },
    async [Symbol.asyncDispose]() {
      await child.stop();
    },
  };
}
