import { describe, expect, it } from "vitest";
import { type OpenRun, OpenRuns } from "../src/open-runs.ts";

const run = (startedAtSeconds: number): OpenRun => ({ startedAtSeconds, previous: undefined, next: undefined });

describe("OpenRuns", () => {
  it.each([
    [
      [0, 1, 2],
      [1, 2, 3],
    ],
    [
      [2, 1, 0],
      [1, 1, 1],
    ],
    [
      [1, 0, 2],
      [1, 1, 3],
    ],
    [
      [1, 2, 0],
      [1, 1, 1],
    ],
  ])("counts right and names the oldest when runs end in the order %j", (order, oldestBefore) => {
    const runs = new OpenRuns("gpu");
    const opened = [run(1), run(2), run(3)];
    for (const one of opened) runs.open(one);
    order.forEach((index, ended) => {
      expect(runs.activity(10)).toEqual({
        queue: "gpu",
        active: 3 - ended,
        oldestSeconds: 10 - (oldestBefore[ended] as number),
      });
      runs.close(opened[index] as OpenRun);
    });
    expect(runs.isEmpty).toBe(true);
    expect(runs.activity(10)).toEqual({ queue: "gpu", active: 0, oldestSeconds: 0 });
    runs.open(run(9));
    expect(runs.activity(10)).toEqual({ queue: "gpu", active: 1, oldestSeconds: 1 });
  });
});
