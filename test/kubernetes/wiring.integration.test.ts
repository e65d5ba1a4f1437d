import { beforeAll, describe, expect, it } from "vitest";
import {
  containerOf,
  type KubernetesObject,
  objectNamed,
  selects,
  servicesOf,
  type Workload,
  workloadsOf,
} from "./kubernetes-object.ts";
import { platforms } from "./platforms.ts";

interface Budget extends KubernetesObject {
  readonly spec: { readonly selector: { readonly matchLabels: Readonly<Record<string, string>> } };
}

interface Binding extends KubernetesObject {
  readonly roleRef: { readonly kind: string; readonly name: string };
  readonly subjects: readonly { readonly kind: string; readonly name: string; readonly namespace?: string }[];
}

/** What is not there when the manifests are applied: the user makes it. */
const madeByTheUser = { Secret: ["redis"] };

/** The workload behind a Service. Throws unless it is one alone. */
function behind(objects: readonly KubernetesObject[], selector: Readonly<Record<string, string>>): Workload {
  const found = workloadsOf(objects).filter(({ spec }) => selects(selector, spec.template.metadata.labels));
  expect(found).toHaveLength(1);
  return found[0] as Workload;
}

function namedPorts(workload: Workload): Record<string, number> {
  return Object.fromEntries(
    (containerOf(workload).ports ?? []).map(({ name, containerPort }) => [name, containerPort]),
  );
}

describe.each(platforms)("in $name", (platform) => {
  let objects: readonly KubernetesObject[] = [];
  beforeAll(async () => {
    objects = await platform.build();
  });

  it("each Service leads to the ports of one workload, which has its name", () => {
    for (const { metadata, spec } of servicesOf(objects)) {
      const workload = behind(objects, spec.selector);
      expect(workload.metadata.name).toBe(metadata.name);
      for (const { targetPort } of spec.ports) expect(namedPorts(workload), metadata.name).toHaveProperty([targetPort]);
    }
  });

  it("each workload and each budget selects its own pods, and no others", () => {
    const budgets = objects.filter(({ kind }) => kind === "PodDisruptionBudget") as Budget[];
    for (const { metadata, spec } of [...workloadsOf(objects), ...budgets]) {
      expect(behind(objects, spec.selector.matchLabels).metadata.name).toBe(metadata.name);
    }
  });

  it("what serves metrics has a Service that says so, whose name is the `job`", () => {
    const scraped = servicesOf(objects).filter(({ metadata }) => metadata.labels?.["taskvitals-metrics"] === "true");
    const processes = ["api", "worker", "exporter"];
    const serving = workloadsOf(objects).filter(({ metadata }) =>
      processes.includes(metadata.labels?.["app.kubernetes.io/component"] ?? ""),
    );
    expect(scraped.map(({ metadata }) => metadata.name)).toEqual(serving.map(({ metadata }) => metadata.name));
    for (const { metadata, spec } of scraped) {
      expect(metadata.labels?.["app.kubernetes.io/name"]).toBe(metadata.name);
      expect(spec.ports.map(({ name }) => name)).toContain("metrics");
    }
  });

  it("each ConfigMap, Secret and account that a pod names is there, and each Service of an address", () => {
    const known = (kind: string) => [
      ...objects.filter((object) => object.kind === kind).map(({ metadata }) => metadata.name),
      ...(kind === "Secret" ? madeByTheUser.Secret : []),
    ];
    for (const workload of workloadsOf(objects)) {
      const { env = [], envFrom = [], volumeMounts = [] } = containerOf(workload);
      const { volumes = [], serviceAccountName } = workload.spec.template.spec;
      expect(volumeMounts.map(({ name }) => name)).toEqual(volumes.map(({ name }) => name));
      const secrets = [
        ...volumes.flatMap(({ secret }) => secret?.secretName ?? []),
        ...env.flatMap(({ valueFrom }) => valueFrom?.secretKeyRef?.name ?? []),
      ];
      const maps = [
        ...volumes.flatMap(({ configMap }) => configMap?.name ?? []),
        ...envFrom.map(({ configMapRef }) => configMapRef.name),
      ];
      expect(known("Secret")).toEqual(expect.arrayContaining(secrets));
      expect(known("ConfigMap")).toEqual(expect.arrayContaining(maps));
      if (serviceAccountName) expect(known("ServiceAccount")).toContain(serviceAccountName);
      for (const { value = "" } of env.filter(({ name }) => name.endsWith("_ENDPOINT"))) {
        const { hostname, port } = new URL(value);
        const { spec } = objectNamed<ReturnType<typeof servicesOf>[number]>(objects, "Service", hostname);
        expect(spec.ports.map((one) => String(one.port))).toContain(port);
      }
    }
  });

  it("each file that a Collector is started with is in the folder that is mounted", () => {
    for (const workload of workloadsOf(objects)) {
      const { args = [], volumeMounts = [] } = containerOf(workload);
      for (const path of args.flatMap((arg) => arg.match(/^--config(?:-file)?=(.+)$/)?.[1] ?? [])) {
        const mount = volumeMounts.find(({ mountPath }) => path.startsWith(`${mountPath}/`));
        const volume = workload.spec.template.spec.volumes?.find(({ name }) => name === mount?.name);
        const { data } = objectNamed(objects, "ConfigMap", volume?.configMap?.name ?? "");
        expect(data).toHaveProperty([path.slice((mount?.mountPath.length ?? 0) + 1)]);
      }
    }
  });

  it("rights are given to an account that is there, in its own namespace", () => {
    for (const binding of objects.filter(({ kind }) => kind === "RoleBinding") as Binding[]) {
      const [subject] = binding.subjects;
      expect(objectNamed(objects, "ServiceAccount", subject?.name ?? "").metadata.namespace).toBe(subject?.namespace);
      expect(objectNamed(objects, binding.roleRef.kind, binding.roleRef.name).metadata.name).toBe("target-allocator");
    }
    expect(objects.filter(({ kind }) => kind.startsWith("Cluster"))).toEqual([]);
  });
});
