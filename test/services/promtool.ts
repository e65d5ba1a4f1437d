import { type Captured, capture } from "./capture.ts";
import { type PrometheusVersion, prometheusProgram, testedPrometheus } from "./prometheus-server.ts";

/** Runs `promtool`, such as `promtool(["check", "metrics"], page)`, and returns its exit code and output. */
export function promtool(
  args: readonly string[],
  input?: string,
  version: PrometheusVersion = testedPrometheus(),
): Promise<Captured> {
  return capture(prometheusProgram("promtool", version), args, input === undefined ? {} : { input });
}
