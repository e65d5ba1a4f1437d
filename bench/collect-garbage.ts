import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

/** A full collection, without asking whoever runs a benchmark for a flag. */
export function collectGarbage(): void {
  setFlagsFromString("--expose-gc");
  (runInNewContext("gc") as () => void)();
}
