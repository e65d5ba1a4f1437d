import { describe, expect, it } from "vitest";
import { EndedAudit } from "../../src/celery-events/ended-audit.ts";

/** A reader of one worker whose logical clock ticks with each event. */
function reader(): { audit: EndedAudit; end: () => void; hear: (processed: number, active?: number) => number } {
  const audit = new EndedAudit();
  let clock = 0;
  return {
    audit,
    end: () => audit.ended(++clock),
    hear(processed, active = 0) {
      const missed = audit.missed();
      audit.heard({ clock: ++clock, processed, active });
      return missed;
    },
  };
}

describe("what is accounted for of a worker", () => {
  it("is not known before its first heartbeat, then what had ended and what ends", () => {
    const { audit, end, hear } = reader();
    end();
    expect(audit.accounted).toBeUndefined();
    // Seven had ended, one of them under our eyes; two run.
    hear(9, 2);
    expect(audit.accounted).toBe(7);
    end();
    expect(audit.accounted).toBe(8);
  });

  it("is not what was read and is not recorded yet", () => {
    const { audit, end, hear } = reader();
    hear(0);
    const recorded = audit.hold();
    end();
    expect(audit.accounted).toBe(0);
    recorded();
    expect(audit.accounted).toBe(1);
  });

  it("is what was reported as missed as well, once it is: when a heartbeat is settled", () => {
    const { audit, hear } = reader();
    hear(0);
    // Two started and ended unread; whoever compares starts reports them at the fifth heartbeat.
    const known = [2, 2, 2, 2].map((processed) => {
      hear(processed);
      return audit.accounted;
    });
    expect(known).toEqual([0, 0, 0, 2]);
  });

  it("does not change with an end that is read late", () => {
    const audit = new EndedAudit();
    audit.heard({ clock: 10, processed: 1, active: 0 });
    expect(audit.accounted).toBe(1);
    audit.ended(5);
    expect(audit.accounted).toBe(1);
  });
});

describe("what ended while nobody listened", () => {
  it("is what the worker says has ended, without what was accounted for and what was read", () => {
    const { audit, end, hear } = reader();
    audit.resume(10);
    end();
    expect(audit.accounted).toBe(11);
    // Fifteen had ended: ten before, one is read, four are missed. Two that run end later.
    expect([hear(17, 2), hear(17, 2)]).toEqual([0, 0]);
    end();
    expect([hear(17, 1), hear(17, 1), hear(17, 1)]).toEqual([0, 4, 0]);
    end();
    expect(audit.accounted).toBe(17);
  });

  it("is told at once of a worker that is gone", () => {
    const { audit, hear } = reader();
    audit.resume(10);
    expect(audit.missed(true)).toBe(0);
    hear(12);
    expect([audit.missed(true), audit.missed(true)]).toEqual([2, 0]);
  });

  it("is not known of another process under the same name, or of a worker that announced nothing", () => {
    const other = reader();
    other.audit.resume(10);
    expect([3, 4, 5, 6, 7].map((processed) => other.hear(processed))).toEqual([0, 0, 0, 0, 0]);
    expect(other.audit.accounted).toBe(4);

    const silent = reader();
    silent.audit.resume(10);
    silent.audit.forgive();
    expect([20, 20, 20, 20].map((processed) => silent.hear(processed))).toEqual([0, 0, 0, 0]);
  });
});
