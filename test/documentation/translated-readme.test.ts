import { describe, expect, it } from "vitest";
import { codeBlocks } from "./code-blocks.ts";
import { readPage } from "./pages.ts";

const original = readPage("README.md");
const translation = readPage("README.zh-TW.md");

/** The page without its blocks of code and without the generated table, which both have word for word. */
function proseOf(text: string): string {
  return text.replace(/<!-- bench:begin -->.*?<!-- bench:end -->/s, "").replace(/^```.*?^```/gms, "");
}

const levelsOf = (text: string): string[] => proseOf(text).match(/^#{1,6}(?= )/gm) ?? [];
const linksOf = (text: string): string[] =>
  [...proseOf(text).matchAll(/\]\(([^)\s]+)\)/g)].map(([, link = ""]) => link);
const codeOf = (text: string): string[] => (proseOf(text).match(/`[^`\n]+`/g) ?? []).sort();

describe("the README in Traditional Chinese is in step with the English one:", () => {
  it("the same headings, by their levels", () => {
    expect(levelsOf(translation.text)).toEqual(levelsOf(original.text));
  });

  it("the same blocks of code", () => {
    const blocks = codeBlocks(translation).map(({ language, text }) => ({ language, text }));
    expect(blocks).toEqual(codeBlocks(original).map(({ language, text }) => ({ language, text })));
  });

  it("the same links and pictures, in the same order", () => {
    expect(linksOf(translation.text)).toEqual(linksOf(original.text));
  });

  it("the same names, addresses and commands in its sentences", () => {
    expect(codeOf(translation.text)).toEqual(codeOf(original.text));
  });

  it("as many rows in its tables and items in its lists", () => {
    for (const mark of [/^\|/gm, /^- /gm]) {
      expect(proseOf(translation.text).match(mark)?.length).toBe(proseOf(original.text).match(mark)?.length);
    }
  });

  it("with words of its own under every heading", () => {
    for (const section of proseOf(translation.text).split(/^#+ /m).slice(1)) expect(section).toMatch(/\p{Script=Han}/u);
  });
});
