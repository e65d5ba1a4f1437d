import { expect, test } from "vitest";
import { isLoopback, runsInContainer } from "../../src/endpoint/container-detection.ts";

test.each(["/.dockerenv", "/run/.containerenv"])("%s marks a container", (mark) => {
  expect(runsInContainer({ env: {}, exists: (path) => path === mark })).toBe(true);
});

test("so does Kubernetes' environment", () => {
  expect(runsInContainer({ env: { KUBERNETES_SERVICE_HOST: "10.0.0.1" }, exists: () => false })).toBe(true);
});

test("without any mark it is none", () => {
  expect(runsInContainer({ env: { KUBERNETES_SERVICE_HOST: "" }, exists: () => false })).toBe(false);
});

test.each([
  ["127.0.0.1", true],
  ["127.1.2.3", true],
  ["::1", true],
  ["::ffff:127.0.0.1", true],
  ["0.0.0.0", false],
  ["::", false],
  ["10.127.0.1", false],
])("loopback: %s is %s", (address, loopback) => {
  expect(isLoopback(address)).toBe(loopback);
});
