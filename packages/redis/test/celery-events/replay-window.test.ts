import { describe, expect, it } from "vitest";
import { ReplayWindow } from "../../src/celery-events/replay-window.ts";

describe("a window of logical clocks", () => {
  it("knows what it has seen, in any order", () => {
    const window = new ReplayWindow();
    expect([5, 3, 5, 4, 3, 900, 5].map((clock) => window.admit(clock))).toEqual([
      ...[true, true, false, true, false, true, false],
    ]);
  });

  it("agrees with a set over jumps of every length", () => {
    const window = new ReplayWindow();
    const seen = new Set<number>();
    let newest = 0;
    let state = 42;
    const random = (below: number): number => {
      state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
      return state % below;
    };
    for (let step = 0; step < 20_000; step++) {
      const jump = random(50) === 0 ? random(5000) : random(4);
      const clock = random(3) === 0 ? Math.max(0, newest - random(30_000)) : newest + jump;
      newest = Math.max(newest, clock);
      expect(window.admit(clock)).toBe(!seen.has(clock));
      seen.add(clock);
    }
  });

  it("takes what is older than itself for new", () => {
    const window = new ReplayWindow();
    window.admit(1);
    window.admit(100_000);
    expect(window.admit(1)).toBe(true);
    expect(window.admit(100_000)).toBe(false);
  });

  it("holds clocks beyond 32 bits", () => {
    const window = new ReplayWindow();
    expect([2 ** 40, 2 ** 40 + 1, 2 ** 40].map((clock) => window.admit(clock))).toEqual([true, true, false]);
  });
});
