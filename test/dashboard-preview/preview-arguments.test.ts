import { expect, test } from "vitest";
import { readPreviewArguments } from "./preview-arguments.ts";

const prometheus = ["--prometheus", "http://127.0.0.1:9090/"];

test("a Prometheus is enough", () => {
  expect(readPreviewArguments(prometheus)).toEqual({
    preview: {
      dashboard: "grafana/operations.json",
      prometheus: "http://127.0.0.1:9090",
      from: undefined,
      to: undefined,
      choices: {},
      scrapeSeconds: 15,
    },
    screenshot: undefined,
  });
});

test("values of a variable add up", () => {
  const { preview } = readPreviewArguments([...prometheus, "--var", "queue=a=b", "--var", "queue=c", "--var", "job=x"]);
  expect(preview.choices).toEqual({ queue: ["a=b", "c"], job: ["x"] });
});

test.each([
  [[], "--prometheus is missing"],
  [["--prometheus", "localhost"], "--prometheus is no URL"],
  [["--prometheus", "ftp://localhost"], "must begin with http"],
  [[...prometheus, "--var", "queue"], "name=value"],
  [[...prometheus, "--scrape-interval", "often"], "is no duration"],
])("%j is refused", (args, reason) => {
  expect(() => readPreviewArguments(args)).toThrow(reason);
});

test("a password is neither used nor repeated", () => {
  const url = "http://user:hunter2@127.0.0.1:9090";
  expect(() => readPreviewArguments(["--prometheus", url])).toThrow(/carry no user or password$/);
});
