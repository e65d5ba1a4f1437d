import { type Captured, capture } from "./capture.ts";

/** Runs `promtool`, such as `promtool(["check", "metrics"], page)`, and returns its exit code and output. */
export function promtool(args: readonly string[], input?: string): Promise<Captured> {
  return capture("promtool", args, input === undefined ? {} : { input });
}
