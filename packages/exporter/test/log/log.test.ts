import { expect, it } from "vitest";
import type { LogFormat } from "../../src/configuration/configuration-layer.ts";
import { createLog, oncePerText } from "../../src/log/log.ts";

function lines(format: LogFormat): { readonly log: ReturnType<typeof createLog>; readonly written: string[] } {
  const written: string[] = [];
  return { log: createLog({ format, write: (line) => written.push(line), now: () => 0 }), written };
}

it("logfmt quotes what has spaces, quotes or line ends in it", () => {
  const { log, written } = lines("logfmt");
  log.info("serving", { url: "http://h:1/metrics", count: 2 });
  log.warn('a "b"\nc');
  expect(written).toEqual([
    "ts=1970-01-01T00:00:00.000Z level=info msg=serving url=http://h:1/metrics count=2\n",
    'ts=1970-01-01T00:00:00.000Z level=warn msg="a \\"b\\"\\nc"\n',
  ]);
});

it("JSON is one object per line", () => {
  const { log, written } = lines("json");
  log.error("it\nfailed", { code: 1 });
  expect(written).toHaveLength(1);
  expect(written[0]?.trimEnd().split("\n")).toHaveLength(1);
  expect(JSON.parse(written[0] ?? "")).toEqual({
    ts: "1970-01-01T00:00:00.000Z",
    level: "error",
    msg: "it\nfailed",
    code: 1,
  });
});

it("no line has a URL's credentials in it, whoever wrote it", () => {
  const { log, written } = lines("logfmt");
  log.warn("connect to redis://user:p@ss/word@host:1 failed");
  expect(written.join()).toContain("connect to redis://***@host:1 failed");
  log.warn("expected redis://[[user]:password@]host[:port][/database]");
  expect(written.join()).toContain("redis://[[user]:password@]host");
});

it("the same text is told once, and not more than 200 of them", () => {
  const told: string[] = [];
  const tell = oncePerText((text) => told.push(text));
  for (let index = 0; index < 300; index++) tell(`cause ${index}`);
  tell("cause 1");
  expect(told).toHaveLength(200);
  expect(new Set(told).size).toBe(200);
});
