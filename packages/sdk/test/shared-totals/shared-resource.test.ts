import { resourceFromAttributes } from "@opentelemetry/resources";
import { expect, test } from "vitest";
import { sharedResource } from "../../src/shared-totals/shared-resource.ts";

test("the platform's resource names the service and one instance, and nothing of a process", () => {
  const own = resourceFromAttributes({
    "service.name": "trainer",
    "service.namespace": "ml",
    "service.version": "2",
    "service.instance.id": "f00",
    "host.name": "a",
    "deployment.environment.name": "staging",
  });
  expect(sharedResource(own, "acme").attributes).toEqual({
    "service.name": "trainer",
    "service.namespace": "ml",
    "deployment.environment.name": "staging",
    "service.instance.id": "shared-acme",
  });
});
