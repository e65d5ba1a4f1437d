import { expect, test } from "vitest";
import { createResource } from "../../src/options/resource.ts";

test("a resource without a name has OpenTelemetry's own for that, and an instance of its own", () => {
  const [first, second] = [createResource(undefined, {}), createResource(undefined, {})];
  expect(first.attributes).toMatchObject({ "service.name": "unknown_service", "telemetry.sdk.language": "nodejs" });
  expect(first.attributes["service.instance.id"]).toMatch(/^[\da-f-]{36}$/);
  expect(first.attributes["service.instance.id"]).not.toBe(second.attributes["service.instance.id"]);
});

test("given attributes are kept, and the name of the service wins over the one among them", () => {
  const attributes = { "service.name": "attribute", "service.instance.id": "trainer-0", team: "ml", shard: 3 };
  expect(createResource(undefined, attributes).attributes).toMatchObject(attributes);
  expect(createResource("trainer", attributes).attributes).toMatchObject({ ...attributes, "service.name": "trainer" });
});

test("what identifies the process stays out, because behind a Collector it would split every series", () => {
  const { attributes } = createResource("trainer", { "process.pid": 42, "process.command_line": "secret" });
  expect(Object.keys(attributes).filter((name) => name.startsWith("process"))).toEqual([]);
});
