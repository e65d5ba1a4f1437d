import { expect, it } from "vitest";
import { chosenHash, readChosen } from "../../client/chosen.ts";
import { visibleName } from "../../client/visible-name.ts";

it.each([
  ["mails", "mails"],
  ["郵件 ✉", "郵件 ✉"],
  ["a\u202eb", "a\\u{202e}b"],
  ["a\u0007\u001b[31m", "a\\u{7}\\u{1b}[31m"],
  ["a\u200bb", "a\\u{200b}b"],
  ["\u{e0041}", "\\u{e0041}"],
  ["<b>", "<b>"],
])("%j is shown as %s", (name, shown) => {
  expect(visibleName(name)).toBe(shown);
});

it.each([[{}], [{ queue: "a&task=b" }], [{ queue: "#%=+ 佇列", task: "x y" }], [{ queue: "" }]])(
  "%j is read from its own address",
  (chosen) => {
    expect(readChosen(chosenHash(chosen))).toEqual(chosen);
  },
);

it("a task without a queue is none", () => {
  expect(readChosen("#task=x")).toEqual({});
});
