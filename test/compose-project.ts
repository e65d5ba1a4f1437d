import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parse } from "yaml";

/** One service of docker-compose.yml, as far as the tests read it. */
export interface ComposeService {
  readonly image: string;
  readonly command?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly volumes?: readonly string[];
  readonly ports?: readonly string[];
  readonly profiles?: readonly string[];
  readonly healthcheck?: { readonly test: readonly string[] };
  readonly deploy?: { readonly replicas?: number };
}

/** Folder of docker-compose.yml, which is the root of the repository and `/app` in the image of the platform. */
export const root: string = fileURLToPath(new URL("..", import.meta.url));

/** The services of docker-compose.yml. Variables of the shell, `${NAME:-default}`, are taken as not set. */
export function composeServices(): Readonly<Record<string, ComposeService>> {
  const file: unknown = parse(readFileSync(`${root}docker-compose.yml`, "utf8"), { merge: true });
  const resolved = JSON.stringify(file).replace(/\$\{\w+:-(?<fallback>[^}]*)\}/g, "$<fallback>");
  return (JSON.parse(resolved) as { services: Record<string, ComposeService> }).services;
}

/** @throws Error when there is no service of that name. */
export function composeService(name: string): ComposeService {
  const service = composeServices()[name];
  if (service === undefined) throw new Error(`docker-compose.yml has no service ${name}`);
  return service;
}

/**
 * The path in the repository of what a service sees at `target`.
 *
 * @throws Error when no volume of it brings that path.
 */
export function mountedFrom(service: ComposeService, target: string): string {
  for (const volume of service.volumes ?? []) {
    const [source = "", place = ""] = volume.split(":");
    if (source.startsWith("./") && (target === place || target.startsWith(`${place}/`))) {
      return `${root}${source.slice(2)}${target.slice(place.length)}`;
    }
  }
  throw new Error(`${target} is mounted by none of ${JSON.stringify(service.volumes)}`);
}
