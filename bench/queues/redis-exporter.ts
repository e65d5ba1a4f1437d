import { capture, freePort, startProcess } from "../../test/services/index.ts";

/** Debian's `prometheus-redis-exporter`, started for a benchmark. */
export interface RedisExporter extends AsyncDisposable {
  readonly metricsUrl: string;
  readonly version: string;
}

const COMMAND = "prometheus-redis-exporter";

/** Starts the exporter on the server behind the URL, with these keys to report the lengths of. */
export async function startRedisExporter(redisUrl: string, keys: readonly string[]): Promise<RedisExporter> {
  const { stdout, stderr } = await capture(COMMAND, ["-version"]);
  const port = await freePort();
  const metricsUrl = `http://127.0.0.1:${port}/metrics`;
  const process = await startProcess({
    command: COMMAND,
    args: [
      ...["-redis.addr", redisUrl, "-web.listen-address", `127.0.0.1:${port}`],
      ...["-redis-only-metrics", "-check-single-keys", keys.join(",")],
    ],
    readyWhen: () =>
      fetch(metricsUrl).then(
        (response) => response.ok,
        () => false,
      ),
  });
  return {
    metricsUrl,
    version: /Exporter (\S+)/.exec(stdout + stderr)?.[1] ?? "unknown",
    [Symbol.asyncDispose]: () => process[Symbol.asyncDispose](),
  };
}
