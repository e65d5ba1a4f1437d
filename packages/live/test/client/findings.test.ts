import { describe, expect, it } from "vitest";
import { failureText, readingText, readyText, slotsText } from "../../client/cell-text.ts";
import { brokerFinding, queueFinding } from "../../client/findings.ts";
import { Voice } from "../../client/voice.ts";
import type { QueueRow } from "../../src/live-state.ts";

const english = new Voice("en");
const taiwanese = new Voice("zh-TW");
const refused: QueueRow = {
  queue: "mails",
  verdict: "blind",
  cause: "unreadable",
  because: "it cannot be read: the server cannot be reached (refused)",
  next: "Make it readable first.",
  reason: "refused",
  readAt: 100,
};

describe("what is found", () => {
  it("is in English what the server says, as a sentence", () => {
    expect(queueFinding(refused, 112, english)).toEqual({
      because: "It cannot be read: the server cannot be reached (refused)",
      next: "Make it readable first.",
    });
  });

  it("is in Chinese put together from the cause and the numbers; a number that is not known is a dash", () => {
    const starving: QueueRow = { queue: "m", verdict: "starving", cause: "no_workers", because: "", ready: 1960 };
    expect(queueFinding(starving, 0, taiwanese).because).toBe("1,960 個任務在等待，沒有任何工作者");
    const { ready: _, ...unknown } = starving;
    expect(queueFinding(unknown, 0, taiwanese).because).toContain("— 個任務");
    expect(brokerFinding({ broker: "b", verdict: "slow", because: "", pingSeconds: 1.5 }, taiwanese).because).toBe(
      "ping 需要 1.5 秒",
    );
  });
});

describe("what is not known", () => {
  it("has its reason in place of a number", () => {
    expect(readyText(refused, english)).toEqual({ text: "—", why: "not known: the queue cannot be read (refused)" });
    expect(readyText({ queue: "m", verdict: "healthy", because: "" }, english).why).toBe(
      "not known: its framework does not tell",
    );
    expect(slotsText({ ...refused, active: 3 }, english)).toEqual({ text: "3 / —", why: "slots are not known" });
    expect(failureText({ ended: 0 }, english)).toEqual({
      text: "—",
      why: "no task ended lately, so there is no ratio",
    });
    expect(failureText({ ended: 5, failureRatio: 0 }, english)).toEqual({ text: "0%" });
  });

  it("is said of a reading with its age, which counts on", () => {
    expect(readingText(refused, 112, english).text).toBe("no reading for 12 s: refused");
    expect(readingText(refused, 113, english).text).toBe("no reading for 13 s: refused");
    const { readAt: _, ...never } = refused;
    expect(readingText(never, 113, english).text).toBe("never read: refused");
    expect(readingText({ ...refused, reason: undefined, cause: "stale" }, 190, english).text).toBe(
      "no reading for 90 s",
    );
    expect(readingText({ ...refused, reason: "a\u202eb" }, 112, english).text).toBe("no reading for 12 s: a\\u{202e}b");
  });
});
