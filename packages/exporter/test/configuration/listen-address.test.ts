import { expect, it } from "vitest";
import { parseListenAddress } from "../../src/configuration/listen-address.ts";

it.each([
  ["127.0.0.1:9100", { host: "127.0.0.1", port: 9100 }],
  [":9100", { host: "0.0.0.0", port: 9100 }],
  ["[::1]:0", { host: "::1", port: 0 }],
  ["metrics.internal:65535", { host: "metrics.internal", port: 65_535 }],
])("%s is read as Prometheus' exporters read it", (text, address) => {
  expect(parseListenAddress(text, "--web.listen-address")).toEqual(address);
});

it.each(["9100", "localhost", "::1:9100", "host:65536", "host:", "http://host:1", ""])("%s is refused", (text) => {
  expect(() => parseListenAddress(text, "--web.listen-address")).toThrow(
    /^--web\.listen-address: got .*; expected an address with a port, such as 127\.0\.0\.1:10464, or :10464 for all addresses\.$/,
  );
});

it("what may hold a password is not repeated", () => {
  expect(() => parseListenAddress("redis://:secret@host", "x")).toThrow(
    expect.not.objectContaining({ message: /secret/ }),
  );
});
