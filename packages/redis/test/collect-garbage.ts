import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

/** Collects garbage and answers the bytes that remain on the heap. */
export function collectGarbage(): number {
  setFlagsFromString("--expose-gc");
  const gc: () => void = runInNewContext("gc");
  gc();
  gc();
  return process.memoryUsage().heapUsed;
}
