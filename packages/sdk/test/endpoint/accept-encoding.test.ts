import { expect, test } from "vitest";
import { acceptsGzip } from "../../src/endpoint/accept-encoding.ts";

test.each([
  "gzip",
  "GZIP",
  "x-gzip",
  "gzip, deflate, br",
  "br;q=1.0, gzip;q=0.8, *;q=0.1",
  "*",
  "gzip;q=0.001",
  "gzip ; q=1.000",
  "deflate;q=0.5,*;q=0.2",
  "identity;q=0.5, gzip;q=0.5",
  "identity;q=0, gzip",
])("%j wants gzip", (header) => {
  expect(acceptsGzip(header)).toBe(true);
});

test.each([
  undefined,
  "",
  "identity",
  "br",
  "gzip;q=0",
  "gzip;q=0.000",
  "gzip; Q=0, *",
  "*;q=0",
  "identity, gzip;q=0.5",
  "gzip;q=abc",
  "gzip;q=2",
  "gzip;q=-1",
  "notgzip",
])("%j does not", (header) => {
  expect(acceptsGzip(header)).toBe(false);
});
