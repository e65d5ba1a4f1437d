import { inspect } from "node:util";
import { TaskVitalsError } from "@taskvitals/core";
import { describe, expect, it } from "vitest";
import { parseRedisUrl } from "../src/redis-url.ts";

const plain = { host: "localhost", port: 6379, tls: false, username: undefined, password: undefined, db: 0 };

describe("parseRedisUrl", () => {
  it.each([
    ["redis://localhost", plain],
    ["redis://localhost/", plain],
    ["  redis://localhost\n", plain],
    ["REDIS://localhost:6380/15", { ...plain, port: 6380, db: 15 }],
    ["rediss://cache.example:6390/1", { ...plain, host: "cache.example", port: 6390, tls: true, db: 1 }],
    ["redis://:pw@127.0.0.1:7000", { ...plain, host: "127.0.0.1", port: 7000, password: "pw" }],
    ["redis://ann:p%40s%2Fs%23%25@localhost", { ...plain, username: "ann", password: "p@s/s#%" }],
    ["redis://ann:p@s:s@localhost", { ...plain, username: "ann", password: "p@s:s" }],
    ["redis://ann:pässwörd 1@localhost", { ...plain, username: "ann", password: "pässwörd 1" }],
    ["redis://[::1]:7000", { ...plain, host: "::1", port: 7000 }],
  ])("reads %s", (url, endpoint) => {
    expect(parseRedisUrl(url, "redis")).toEqual(endpoint);
  });

  // Each holds "s3cret" where a user might put it.
  it.each([
    ["s3cret@localhost", /another form.*ioredis client/],
    ["localhost:6379/s3cret", /another form/],
    ["http://:s3cret@localhost", /another form/],
    ["redis:/:s3cret@localhost", /another form/],
    ["redis+socket:///tmp/s3cret.sock", /another form.*Unix socket/],
    ["redis://:s3cret@local host", /not a valid URL/],
    ["redis://:s3cret@localhost:port", /not a valid URL/],
    ["redis://:s3cret@localhost:65536", /not a valid URL/],
    ["redis://:s3cret/x@localhost", /not a valid URL.*%2F/],
    ["redis://:s3\tcret@localhost", /not a valid URL/],
    ["redis://:s3cret@", /not a valid URL/],
    ["redis:///s3cret", /host is missing/],
    ["redis://:s3cret@localhost:0", /port is 0/],
    ["redis://user:12#s3cret@localhost", /%23/],
    ["redis://:s3cret@localhost?db=1", /query parameters/],
    ["redis://:s3cret@localhost/one", /database is not a number/],
    ["redis://:s3cret@localhost/-1", /database is not a number/],
    ["redis://:s3cret@localhost/1.5", /database is not a number/],
    ["redis://:s3cret@localhost/1/2", /database is not a number/],
    ["redis://user:12/s3cret@localhost", /database is not a number/],
    ["redis://:s3cret%@localhost", /Percent-encode % as %25/],
    ["redis://s3cret@localhost", /user without a password/],
  ])("refuses %s and shows none of it", (url, message) => {
    try {
      parseRedisUrl(url, "brokers.jobs");
    } catch (error) {
      expect(error).toBeInstanceOf(TaskVitalsError);
      expect(error).toMatchObject({
        code: "INVALID_OPTION",
        message: expect.stringMatching(/^brokers\.jobs: expected /),
      });
      expect((error as Error).message).toMatch(message);
      expect(inspect(error, { depth: 10, showHidden: true })).not.toMatch(/s3\s?cret/);
      return;
    }
    expect.unreachable("was accepted");
  });
});
