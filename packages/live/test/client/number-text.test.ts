import { describe, expect, it } from "vitest";
import { NumberText } from "../../client/number-text.ts";

const english = new NumberText("en");
const taiwanese = new NumberText("zh-TW");

describe("durations", () => {
  it.each([
    [0, "0 s", "0 秒"],
    [0.0042, "4.2 ms", "4.2 毫秒"],
    [4.21, "4.2 s", "4.2 秒"],
    [61, "61 s", "61 秒"],
    [200, "3 min 20 s", "3 分 20 秒"],
    [900, "15 min", "15 分"],
    [7380, "2 h 3 min", "2 小時 3 分"],
    [259_200, "3 d", "3 天"],
  ])("%d seconds are %s, %s", (seconds, en, tw) => {
    expect(english.duration(seconds)).toBe(en);
    expect(taiwanese.duration(seconds)).toBe(tw);
  });
});

it("a share that is nearly none is not none", () => {
  expect(english.share(0)).toBe("0%");
  expect(english.share(0.0001)).toBe("<0.1%");
  expect(english.share(0.125)).toBe("12.5%");
});

it("counts are grouped, bytes are binary", () => {
  expect(english.count(1960)).toBe("1,960");
  expect(english.number(0.0834)).toBe("0.0834");
  expect(english.bytes(310 * 1024 ** 2)).toBe("310 MiB");
});

it("an age never runs backwards, however the clocks differ", () => {
  expect(english.age(-3)).toBe("0 s");
  expect(english.age(12.9)).toBe("12 s");
});
