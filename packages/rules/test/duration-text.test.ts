import { expect, test } from "vitest";
import { durationText } from "../src/index.ts";

test.each([
  [0, "0s"],
  [0.0004, "0s"],
  [0.25, "250ms"],
  [1, "1s"],
  [1.5, "1s500ms"],
  [59.9996, "1m"],
  [90, "1m30s"],
  [300, "5m"],
  [5400, "1h30m"],
  [86_400, "1d"],
  [604_800, "1w"],
  [30 * 86_400, "4w2d"],
  [604_800 + 86_400 + 3600 + 61, "1w1d1h1m1s"],
])("%d s is %s", (seconds, text) => {
  expect(durationText(seconds)).toBe(text);
});
