import { type Resource, resourceFromAttributes } from "@opentelemetry/resources";

/** What is the same in every process of a platform; the rest says which process it is. */
const OF_THE_PLATFORM = [
  "service.name",
  "service.namespace",
  "deployment.environment",
  "deployment.environment.name",
] as const;

/** The resource of what belongs to no single process: that of the service, with one fixed instance. */
export function sharedResource(own: Resource, namespace: string): Resource {
  const kept = OF_THE_PLATFORM.map((name) => [name, own.attributes[name]] as const).filter(
    ([, value]) => value !== undefined,
  );
  return resourceFromAttributes({ ...Object.fromEntries(kept), "service.instance.id": `shared-${namespace}` });
}
