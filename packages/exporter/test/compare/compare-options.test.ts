import { expect, it } from "vitest";
import { type CompareFlags, compareOptions } from "../../src/compare/compare-options.ts";
import { refusal } from "../refusal.ts";

it("watches the default page of ours for half a minute unless told otherwise", () => {
  const { forSeconds, ours, theirs } = compareOptions({ with: "http://ann:s3cr3t@localhost:9808/metrics" });
  expect([ours.name, theirs.name, forSeconds]).toEqual([
    "http://127.0.0.1:10464/metrics",
    "http://localhost:9808/metrics",
    30,
  ]);
});

it.each([
  ["0", 0],
  ["45", 45],
  ["30s", 30],
  ["10m", 600],
])("takes %s for so many seconds", (given, seconds) => {
  expect(compareOptions({ with: "http://h", for: given }).forSeconds).toBe(seconds);
});

it.each<[CompareFlags, string]>([
  [{}, "--with: expected the URL of the other exporter's page. Such as --with http://localhost:9808/metrics"],
  [{ with: "localhost:9808" }, "--with: expected a URL that begins with http:// or https://."],
  [{ with: "http://h", for: "2s" }, '--for: got "2s"; expected a time from 5s to 60m'],
  [{ with: "http://h", json: true, format: "text" }, "--json: expected this or --format text, not both."],
  [{ with: "http://h", withTokenFile: "/nowhere" }, '--with-token-file: got "/nowhere"; expected a file that can be'],
])("refuses %j", (flags, message) => {
  expect(refusal(() => compareOptions(flags))).toContain(message);
});
