import { describe, expect, it } from "vitest";
import { doctorOptions } from "../../src/doctor/doctor-options.ts";
import { refusal } from "../refusal.ts";
import { tempFiles } from "../temp-files.ts";

it("watches for 30 s unless told otherwise, with the limits of the alerts", () => {
  expect(doctorOptions({})).toEqual({
    ...{ metrics: [], prometheus: undefined, selector: "", settings: {}, watchForSeconds: 30, goesOn: false },
    format: undefined,
  });
});

it("takes users of URLs apart, and sends a token where there is none", () => {
  const file = tempFiles().write("token", "t0ken\n");
  const { metrics, prometheus } = doctorOptions({
    metrics: ["http://ann:s%3Acret@h:1/metrics?x=1", "https://h/"],
    prometheus: "http://p:9090/prefix/",
    tokenFile: file,
  });
  const basic = `Basic ${Buffer.from("ann:s:cret").toString("base64")}`;
  expect(metrics.map(({ headers, name, url }) => [name, url.href, headers.authorization])).toEqual([
    ["http://h:1/metrics", "http://h:1/metrics?x=1", basic],
    ["https://h", "https://h/", "Bearer t0ken"],
  ]);
  expect(prometheus).toMatchObject({ name: "http://p:9090/prefix/", headers: { authorization: "Bearer t0ken" } });
});

it("reads limits from the thresholds file", () => {
  const thresholds = tempFiles().write("thresholds.yml", "queues: { gpu: { stuckSeconds: 7200 } }\n");
  expect(doctorOptions({ thresholds }).settings.queues).toEqual({ gpu: { stuckSeconds: 7200 } });
});

it.each(["0", "5", "600", "7.5"])("watches for %s seconds", (watchFor) => {
  expect(doctorOptions({ watchFor }).watchForSeconds).toBe(Number(watchFor));
});

describe("refuses, and says what to do:", () => {
  it.each<[string, Parameters<typeof doctorOptions>[0], string]>([
    [
      "a time out of range",
      { watchFor: "3" },
      '--watch-for: got "3"; expected a number of seconds from 5 to 600, or 0',
    ],
    ["a time that is none", { watchFor: "soon" }, "--watch-for: "],
    ["going on without watching", { watch: true, watchFor: "0" }, "--watch-for: "],
    ["JSON as text", { json: true, format: "text" }, "--json: expected this or --format text, not both"],
    [
      "a URL of something else",
      { metrics: ["redis://:s3cr3t@h"] },
      "--metrics: expected a URL that begins with http://",
    ],
    ["a selector of nothing", { selector: 'job="a"' }, "--selector: expected a Prometheus to select from"],
    ["a selector without quotes", { selector: "job=a", prometheus: "http://h" }, "--selector: "],
    ["a token for nobody", { tokenFile: "/nowhere" }, "--token-file: expected a server to send the token to"],
    [
      "a token that is not there",
      { tokenFile: "/nowhere", prometheus: "http://h" },
      '--token-file: got "/nowhere"; expected a file that can be read (ENOENT)',
    ],
  ])("%s", (_, flags, message) => {
    const said = refusal(() => doctorOptions(flags));
    expect(said).toContain(message);
    expect(said).not.toContain("s3cr3t");
  });

  it("a token of two lines", () => {
    const tokenFile = tempFiles().write("token", "s3cr3t\nx");
    const message = refusal(() => doctorOptions({ tokenFile, prometheus: "http://h" }));
    expect(message).toContain("expected a file with a token in one word");
    expect(message).not.toContain("s3cr3t");
  });
});
