import { describe, expect, it } from "vitest";
import { readMatchers } from "../../src/rules/selector-matchers.ts";
import { refusal } from "../refusal.ts";

describe("a selector", () => {
  it("is read matcher by matcher, with or without braces and blanks", () => {
    const expected = [
      { label: "job", operator: "=", text: 'job="x"' },
      { label: "env", operator: "=~", text: 'env =~ "prod|test"' },
    ];
    expect(readMatchers('job="x",env =~ "prod|test"', "--selector")).toEqual(expected);
    expect(readMatchers(' { job="x" ,\n env =~ "prod|test", } ', "--selector")).toEqual(expected);
  });

  it.each([
    ["nothing", ""],
    ["empty braces", "{}"],
  ])("of %s is none", (_, text) => {
    expect(readMatchers(text, "--selector")).toEqual([]);
  });

  it.each([
    [String.raw`job="a\"b,c=\"d"`],
    [String.raw`job='it\'s "x"'`],
    ["job=`a\\b`"],
    [String.raw`job="\u00e9\x41\101\n"`],
    ['job="}{"'],
    [String.raw`job=~"a\\.b(?i:c)|(?P<n>d)"`],
    ['job!~"(?i)test.*"'],
    ['job=""'],
  ])("takes the strings and expressions of Prometheus: %s", (text) => {
    expect(readMatchers(text, "--selector").map((matcher) => matcher.text)).toEqual([text]);
  });
});

describe("a mistake in it is told with its place and what to write:", () => {
  it.each([
    [
      "job=x",
      `--selector: got "job=x"; expected a value in quotes after job= at character 5. Write 'job="x"', with single quotes around it for the shell.`,
    ],
    ["job=", 'expected a value in quotes after job=, where it ends. Write job="value".'],
    ["job", 'expected =, !=, =~ or !~ after job, where it ends. Write job="value".'],
    ['job=="x"', "expected a value in quotes after job= at character 5."],
    ['up{job="x"}', "expected =, !=, =~ or !~ after up at character 3."],
    ['job="x" env="y"', "expected a comma after job=… at character 9."],
    ['job="x"y"', "expected a comma after job=… at character 8. Put a comma between two matchers; a quote within"],
    [',job="x"', "expected the name of a label at character 1."],
    ['1job="x"', "expected the name of a label at character 1."],
    ['job="x', 'expected a value in quotes after job= at character 5. Write job="value".'],
    [String.raw`job="\d"`, "expected a value in quotes after job= at character 5."],
    [String.raw`job="it\'s"`, "expected a value in quotes after job= at character 5."],
    ['job=~"a("', "expected regular expressions that RE2 has. Close every bracket, and use no look-around."],
    ['job=~"(?!a)b"', "expected regular expressions that RE2 has."],
    [String.raw`job=~"(a)\\1"`, "expected regular expressions that RE2 has."],
  ])("%s", (text, message) => {
    expect(refusal(() => readMatchers(text, "--selector"))).toContain(message);
  });
});
