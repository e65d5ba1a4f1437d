import { describe, expect, it } from "vitest";
import { ProcessedAudit } from "../../src/celery-events/processed-audit.ts";

/** What an audit finds as heartbeats come: pairs of the worker's own count and the number of starts that were read before it. */
function audit(fromTheStart: boolean, beats: readonly (readonly [processed: number, started: number])[]): number[] {
  const found = new ProcessedAudit(fromTheStart);
  let clock = 0;
  return beats.map(([processed, started]) => {
    for (let start = 0; start < started; start++) found.started(++clock);
    const missed = found.missed();
    found.heard({ clock: ++clock, processed, active: 0 });
    return missed;
  });
}

describe("the audit of what a worker says it has processed", () => {
  it("finds nothing where all was read", () => {
    expect(
      audit(
        true,
        Array.from({ length: 8 }, (_, beat) => [10 * (beat + 1), 10] as const),
      ),
    ).toEqual(Array(8).fill(0));
  });

  it("does not count what happened before the first heartbeat", () => {
    expect(
      audit(
        false,
        [...Array(6)].map((_, beat) => [5000 + beat, beat === 0 ? 0 : 1] as const),
      ),
    ).toEqual(Array(6).fill(0));
  });

  it("finds what is missing while the worker goes on, once, three heartbeats later", () => {
    const beats = [10, 20, 30, 40, 50, 60, 70, 80].map((processed) => [processed, processed === 30 ? 7 : 10] as const);
    expect(audit(true, beats)).toEqual([0, 0, 0, 0, 0, 3, 0, 0]);
  });

  it("forgives starts that are read after the heartbeat that counts them", () => {
    const found = new ProcessedAudit(true);
    const clocks = [1, 2, 3];
    for (const clock of clocks) found.started(clock);
    found.heard({ clock: 10, processed: 8, active: 0 });
    found.heard({ clock: 20, processed: 8, active: 0 });
    for (const clock of [4, 5, 6, 7, 8]) found.started(clock);
    found.heard({ clock: 30, processed: 8, active: 0 });
    expect(found.missed()).toBe(0);
    found.heard({ clock: 40, processed: 8, active: 0 });
    expect(found.missed()).toBe(0);
  });

  it("finds what is missing at the end without waiting", () => {
    const found = new ProcessedAudit(true);
    found.started(1);
    found.heard({ clock: 2, processed: 4, active: 0 });
    expect(found.missed()).toBe(0);
    expect(found.missed(true)).toBe(3);
    expect(found.missed(true)).toBe(0);
  });
});
