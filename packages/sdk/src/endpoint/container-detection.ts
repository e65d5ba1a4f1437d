import { existsSync } from "node:fs";

/** What {@link runsInContainer} looks at; the process's own by default. */
export interface ContainerEvidence {
  /** Environment variables. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Whether a file exists. */
  readonly exists?: (path: string) => boolean;
}

/** Whether this process runs in a container, by the marks that Docker, Podman and Kubernetes leave. */
export function runsInContainer({ env = process.env, exists = existsSync }: ContainerEvidence = {}): boolean {
  return exists("/.dockerenv") || exists("/run/.containerenv") || Boolean(env.KUBERNETES_SERVICE_HOST);
}

/** Whether an address is reachable from this machine, or container, alone. */
export function isLoopback(address: string): boolean {
  return /^(::ffff:)?127\./i.test(address) || address === "::1";
}
