import { join } from "node:path";
import { startProcess } from "./child-process.ts";
import { freePort } from "./free-port.ts";
import { instantQuery, type PrometheusSample } from "./prometheus-api.ts";
import { tempDirectory } from "./temp-directory.ts";

/** A real single-node VictoriaMetrics on a free loopback port with a database of its own. */
export interface VictoriaMetrics extends AsyncDisposable {
  readonly pid: number;
  readonly url: string;
  /** Where it takes Prometheus' remote write. */
  readonly remoteWriteUrl: string;
  /** Evaluates an expression at `time` (Unix seconds, default now). */
  query(expr: string, time?: number): Promise<PrometheusSample[]>;
}

/** Starts VictoriaMetrics; resolves when it is ready to answer queries. */
export async function startVictoriaMetrics(): Promise<VictoriaMetrics> {
  const directory = tempDirectory("victoria-metrics");
  const address = `127.0.0.1:${await freePort()}`;
  const url = `http://${address}`;
  try {
    const child = await startProcess({
      command: "victoria-metrics",
      args: [
        `-httpListenAddr=${address}`,
        `-storageDataPath=${join(directory.path, "data")}`,
        // By default answers leave out what came in the last 30 s, for other clocks than the test's.
        "-search.latencyOffset=0s",
        "-search.disableCache",
        "-loggerLevel=WARN",
      ],
      readyWhen: async () => (await fetch(`${url}/health`, { signal: AbortSignal.timeout(1000) })).ok,
    });
    return {
      pid: child.pid,
      url,
      remoteWriteUrl: `${url}/api/v1/write`,
      query: (expr, time) => instantQuery(url, expr, time),
      async [Symbol.asyncDispose]() {
        // Its database is thrown away, so there is nothing to flush.
        child.kill("SIGKILL");
        await child.exited;
        directory.remove();
      },
    };
  } catch (error) {
    directory.remove();
    throw error;
  }
}
