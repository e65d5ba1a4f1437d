import { describe, expect, it } from "vitest";
import type { StreamInfo } from "../../src/bullmq-events/stream-info.ts";
import { StreamPlace } from "../../src/bullmq-events/stream-place.ts";

/** A stream as Redis 7 keeps it, of which one entry is written per millisecond. */
class Stream {
  added = 0;
  trimmed = 0;

  get info(): StreamInfo {
    const { added, trimmed } = this;
    const firstId = trimmed === added ? undefined : `${trimmed + 1}-0`;
    return { added, length: added - trimmed, firstId, lastId: `${added}-0` };
  }

  /** Reads at most so many entries behind the place; returns how many there were. */
  read(place: StreamPlace, count: number): number {
    const from = Math.max(Number(place.id.split("-")[0]), this.trimmed) + 1;
    const to = Math.min(from + count - 1, this.added);
    for (let at = from; at <= to; at++) place.read(`${at}-0`);
    return Math.max(0, to - from + 1);
  }
}

describe("the place in a stream", () => {
  it("counts what was trimmed before it was read, never more than the truth, and exactly once it has caught up", () => {
    for (let seed = 1; seed <= 200; seed++) {
      let state = seed;
      const chance = (below: number): number => {
        state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
        return Math.floor((state / 2 ** 32) * below);
      };
      const stream = new Stream();
      const place = new StreamPlace("0-0", 0);
      let [read, missed] = [0, 0];
      for (let step = 0; step < 200; step++) {
        stream.added += chance(30);
        if (chance(3) === 0) stream.trimmed = Math.max(stream.trimmed, stream.added - chance(40));
        if (chance(2) === 0) missed += place.look(stream.info).missed;
        expect(missed).toBeLessThanOrEqual(stream.added - read);
        read += stream.read(place, chance(20));
        expect(missed).toBeLessThanOrEqual(stream.added - read);
      }
      while (stream.read(place, 1) === 1) read += 1;
      missed += place.look(stream.info).missed;
      expect([seed, missed + read]).toEqual([seed, stream.added]);
      expect(place.accounted).toBe(stream.added);
    }
  });

  it("tells another stream in its place, and counts nothing for what nobody knows", () => {
    const absent = new StreamPlace("5-0", 5);
    expect(absent.look(undefined)).toEqual({ missed: 0, isGapOfUnknownSize: false, isReplaced: true });
    expect([absent.id, absent.accounted]).toEqual(["0-0", 0]);
    const older = new StreamPlace("9-0", 9);
    expect(older.look({ added: 4, length: 4, firstId: "1-0", lastId: "4-0" })).toMatchObject({
      missed: 0,
      isReplaced: true,
    });
    expect([older.id, older.accounted]).toEqual(["4-0", 4]);
    const younger = new StreamPlace("9-0", 900);
    const findings = younger.look({ added: 40, length: 10, firstId: "31-0", lastId: "40-0" });
    expect(findings).toEqual({ missed: 0, isGapOfUnknownSize: true, isReplaced: true });
  });

  it("says that there is a gap of unknown size where Redis does not count, except in front of a young stream", () => {
    const old = (length: number, first: number): StreamInfo => {
      return { added: undefined, length, firstId: `${first}-0`, lastId: `${first + length - 1}-0` };
    };
    const behind = new StreamPlace("5-0", undefined);
    expect(behind.look(old(9, 3))).toMatchObject({ isGapOfUnknownSize: false });
    expect(behind.look(old(9, 20))).toEqual({ missed: 0, isGapOfUnknownSize: true, isReplaced: false });
    expect(new StreamPlace("0-0", 0).look(old(9, 20))).toMatchObject({ isGapOfUnknownSize: false });
    expect(new StreamPlace("0-0", 0).look(old(10_000, 20))).toMatchObject({ isGapOfUnknownSize: true });
  });
});
