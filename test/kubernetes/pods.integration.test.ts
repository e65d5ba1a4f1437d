import { readFileSync } from "node:fs";
import { beforeAll, describe, expect, it } from "vitest";
import { containerOf, type KubernetesObject, workloadsOf } from "./kubernetes-object.ts";
import { platforms } from "./platforms.ts";

const processes = ["finetune-api", "finetune-worker", "taskvitals-exporter"];

/** Bytes of a Kubernetes quantity or of Go's GOMEMLIMIT. */
function bytes(quantity: string): number {
  const [, number, unit = ""] = /^(\d+)(Mi|Gi)B?$/.exec(quantity) ?? [];
  return Number(number) * (unit === "Gi" ? 1024 ** 3 : 1024 ** 2);
}

/** The variables in the first column of a page's tables, `_PORT` beside `X_HOST` spelled out. */
function documentedVariables(page: string): string[] {
  const text = readFileSync(new URL(`../../${page}`, import.meta.url), "utf8");
  const rows = text.split("\n").filter((line) => line.startsWith("|"));
  return rows.flatMap((row) => {
    const [first = "", ...others] = [...row.matchAll(/`([A-Z_]+)(?:=[^`]*)?`/g)].map(([, name]) => name as string);
    return [first, ...others.map((name) => (name.startsWith("_") ? first.replace(/_[A-Z]+$/, name) : name))];
  });
}

describe.each(platforms)("each pod in $name", (platform) => {
  let objects: readonly KubernetesObject[] = [];
  beforeAll(async () => {
    objects = await platform.build();
  });

  it("keeps to the restricted Pod Security, on a root that nobody writes", () => {
    for (const workload of workloadsOf(objects)) {
      const pod = workload.spec.template.spec;
      expect(pod, workload.metadata.name).toMatchObject({
        enableServiceLinks: false,
        securityContext: { runAsNonRoot: true, seccompProfile: { type: "RuntimeDefault" } },
        containers: [
          {
            securityContext: {
              allowPrivilegeEscalation: false,
              readOnlyRootFilesystem: true,
              capabilities: { drop: ["ALL"] },
            },
          },
        ],
      });
      expect(pod).toHaveProperty("securityContext.runAsUser", expect.any(Number));
      // Only who asks Kubernetes something gets a token.
      const asks = workload.metadata.name === "target-allocator";
      expect(pod).toHaveProperty("automountServiceAccountToken", asks);
      expect(JSON.stringify(pod)).not.toMatch(/hostPort|hostNetwork|hostPath|hostPID/);
    }
  });

  it("is of a release, asks for what it needs, and has probes at a port of its own", () => {
    for (const workload of workloadsOf(objects)) {
      const { image, resources, ports = [], livenessProbe, readinessProbe } = containerOf(workload);
      expect(image).toMatch(/:\d+\.\d+\.\d+$/);
      expect(resources.requests).toHaveProperty("cpu");
      expect(bytes(resources.requests.memory)).toBeLessThanOrEqual(bytes(resources.limits.memory));
      for (const probe of [livenessProbe, readinessProbe]) {
        expect(ports.map(({ name }) => name)).toContain(probe?.httpGet.port);
        expect(["/", "/healthz", "/readyz", "/livez"]).toContain(probe?.httpGet.path);
      }
    }
  });

  it("that holds our code is told its name by variables that exist, in the order that Kubernetes fills in", () => {
    const pages = ["docs/configuration.md", "docs/exporter.md", "examples/finetune-platform/README.md"];
    const known = new Set(["POD_NAME", "POD_NAMESPACE", ...pages.flatMap(documentedVariables)]);
    const workloads = workloadsOf(objects).filter(({ metadata }) => processes.includes(metadata.name));
    for (const workload of workloads) {
      const { env = [] } = containerOf(workload);
      const names = env.map(({ name }) => name);
      expect(names.filter((name) => !known.has(name))).toEqual([]);
      expect(new Set(names).size).toBe(names.length);
      for (const [index, { value = "" }] of env.entries()) {
        const used = [...value.matchAll(/\$\((\w+)\)/g)].map(([, name]) => name);
        expect(names.slice(0, index)).toEqual(expect.arrayContaining(used));
      }
      expect(env.find(({ name }) => name === "OTEL_RESOURCE_ATTRIBUTES")?.value).toContain(
        "service.instance.id=$(POD_NAME)",
      );
      const pushes = /\bcollector\b/.test(platform.name);
      expect(names.includes("OTEL_EXPORTER_OTLP_ENDPOINT"), workload.metadata.name).toBe(pushes);
    }
  });

  it("that is written in Go collects garbage before it is killed", () => {
    for (const workload of workloadsOf(objects)) {
      if (processes.includes(workload.metadata.name)) continue;
      const { env = [], resources } = containerOf(workload);
      const limit = bytes(env.find(({ name }) => name === "GOMEMLIMIT")?.value ?? "");
      expect(limit / bytes(resources.limits.memory)).toBeGreaterThan(0.5);
      expect(limit / bytes(resources.limits.memory)).toBeLessThan(0.8);
    }
  });

  it("has as long to end as the process gives itself", () => {
    for (const workload of workloadsOf(objects)) {
      if (!workload.metadata.name.startsWith("finetune-")) continue;
      const { terminationGracePeriodSeconds = 30 } = workload.spec.template.spec;
      // Ten of the example, two of ours, five of preStop.
      expect(terminationGracePeriodSeconds).toBeGreaterThan(17);
    }
  });
});
