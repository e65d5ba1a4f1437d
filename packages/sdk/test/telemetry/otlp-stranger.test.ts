import { expect, test } from "vitest";
import { isStranger } from "../../src/telemetry/otlp-stranger.ts";

const HEALTH = '{"status":"Server available","upSince":"2026-11-23T04:45:00Z","uptime":"3s"}';

test.each([
  ["the health check of a Collector", "application/json", HEALTH, true],
  ["a web page", "text/html; charset=utf-8", "<!doctype html>", true],
  ["JSON that is broken off", "application/json", '{"partialSuccess":', true],
  ["a receiver that takes everything", "application/x-protobuf", "", false],
  ["a receiver that has nothing to say", undefined, "", false],
  ["a receiver that names no type", undefined, "ok", false],
  ["a receiver that answers JSON", "application/json", '{"partialSuccess":{"rejectedDataPoints":"3"}}', false],
  ["a receiver that answers an empty object", "application/json", "{}", false],
  ["a receiver that answers text", "text/plain", "ok", false],
])("%s", (_, contentType, body, stranger) => {
  expect(isStranger(contentType, Buffer.from(body))).toBe(stranger);
});
