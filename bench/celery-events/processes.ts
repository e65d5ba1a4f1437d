import { fileURLToPath } from "node:url";
import { startProcess } from "../../test/services/index.ts";
import type { ReaderState } from "./reader-server.ts";

/** The process that reads events. */
export interface EventReading extends AsyncDisposable {
  /** What it has read and used so far; with the heap only when that is asked for, as it costs a collection. */
  state(options?: { readonly heap?: boolean }): Promise<ReaderState>;
}

/** The process that publishes events. */
export interface EventPublishing extends AsyncDisposable {
  /** Publishes for so long; answers how many tasks it has announced, and how long it took. */
  publish(rate: number, seconds: number): Promise<{ readonly tasks: number; readonly seconds: number }>;
}

/** Starts the reader. */
export async function startReading(redisUrl: string): Promise<EventReading> {
  const { ask, stop } = await start("reader-server.ts", redisUrl);
  return {
    state: ({ heap = false } = {}) => ask(heap ? "/state?heap" : "/state") as Promise<ReaderState>,
    [Symbol.asyncDispose]: stop,
  };
}

/** Starts the publisher. */
export async function startPublishing(redisUrl: string): Promise<EventPublishing> {
  const { ask, stop } = await start("publisher-server.ts", redisUrl);
  return {
    publish: (rate, seconds) =>
      ask(`/publish?rate=${rate}&seconds=${seconds}`) as ReturnType<EventPublishing["publish"]>,
    [Symbol.asyncDispose]: stop,
  };
}

async function start(
  script: string,
  redisUrl: string,
): Promise<{ ask(path: string): Promise<unknown>; stop(): Promise<void> }> {
  const path = fileURLToPath(new URL(script, import.meta.url));
  const args = ["--expose-gc", path, redisUrl];
  const child = await startProcess({ command: process.execPath, args, readyWhen: /^port \d+$/m });
  const url = `http://127.0.0.1:${/^port (\d+)$/m.exec(child.output())?.[1]}`;
  return {
    async ask(what) {
      const response = await fetch(`${url}${what}`);
      if (!response.ok) throw new Error(`${script} failed: ${await response.text()}`);
      return response.json();
    },
    stop: async () => void (await child.stop()),
  };
}
