import { describe, expect, it } from "vitest";
import { absences, reasons } from "../../client/phrases/absence-phrases.ts";
import { page } from "../../client/phrases/page-phrases.ts";
import { type Phrase, preferredLanguage } from "../../client/phrases/phrase.ts";
import { brokerVerdicts, pictures, queueVerdicts, units, words } from "../../client/phrases/word-phrases.ts";

it.each([
  [["zh-TW", "en"], "zh-TW"],
  [["zh-Hant-HK"], "zh-TW"],
  [["zh"], "zh-TW"],
  [["de-DE", "en-GB", "zh-TW"], "en"],
  [["zh-CN", "en"], "en"],
  [["zh-Hans-TW"], "en"],
  [["fr"], "en"],
  [[], "en"],
] as const)("a browser that wants %j gets %s", (tags, language) => {
  expect(preferredLanguage(tags)).toBe(language);
});

describe("both languages of a phrase", () => {
  const all: readonly Phrase[] = [
    absences,
    reasons,
    page,
    brokerVerdicts,
    pictures,
    queueVerdicts,
    units,
    words,
  ].flatMap((table) => Object.values<Phrase>(table));

  it.each(all.map((phrase) => [phrase.en, phrase] as const))("%s: have the same things put in", (_, phrase) => {
    const places = (text: string): string[] => [...text.matchAll(/\{\w+\}/g)].map(([place]) => place).sort();
    expect(places(phrase["zh-TW"])).toEqual(places(phrase.en));
    expect(phrase["zh-TW"]).not.toBe("");
  });
});
