import { randomUUID } from "node:crypto";
import { defaultResource, type Resource, resourceFromAttributes } from "@opentelemetry/resources";

/**
 * Builds the resource of the process. `process.*` is kept out: a Collector copies resource attributes onto labels when
 * asked to, and `process_pid` would then split every series by process.
 */
export function createResource(
  serviceName: string | undefined,
  attributes: Readonly<Record<string, string | number | boolean>>,
): Resource {
  const kept = Object.entries(attributes).filter(([key]) => !key.startsWith("process."));
  const own: Record<string, string | number | boolean> = {
    "service.name": "unknown_service",
    "service.instance.id": randomUUID(),
    ...Object.fromEntries(kept),
  };
  if (serviceName !== undefined) own["service.name"] = serviceName;
  return defaultResource().merge(resourceFromAttributes(own));
}
