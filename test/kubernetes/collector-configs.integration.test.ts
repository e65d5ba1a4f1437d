import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { tempDirectory, validateCollector } from "../services/index.ts";
import {
  containerOf,
  type KubernetesObject,
  objectNamed,
  selects,
  servicesOf,
  workloadsOf,
} from "./kubernetes-object.ts";
import { kubernetesFolder, platformNamed } from "./platforms.ts";

interface CollectorConfig {
  readonly extensions: { readonly health_check: { readonly endpoint: string } };
  readonly receivers: {
    readonly otlp?: { readonly protocols: Readonly<Record<"grpc" | "http", { readonly endpoint: string }>> };
    readonly prometheus?: { readonly target_allocator: { readonly endpoint: string; readonly collector_id: string } };
  };
  readonly processors: {
    readonly memory_limiter: { readonly limit_mib: number; readonly spike_limit_mib: number };
  };
  readonly exporters: Readonly<Record<string, { readonly endpoint: string }>>;
  readonly service: { readonly pipelines: Readonly<Record<string, { readonly processors: readonly string[] }>> };
}

interface ScrapeConfig {
  readonly scrape_interval: string;
  readonly scrape_timeout: string;
  readonly relabel_configs: readonly {
    readonly source_labels: readonly string[];
    readonly target_label?: string;
    readonly regex?: string;
  }[];
}

interface AllocatorConfig {
  readonly allocation_strategy: string;
  readonly collector_selector: { readonly matchLabels: Readonly<Record<string, string>> };
  readonly config: { readonly scrape_configs: readonly [ScrapeConfig] };
}

interface Policy extends KubernetesObject {
  readonly spec: { readonly ingress: readonly { readonly ports: readonly { readonly port: string }[] }[] };
}

const repository = (path: string): string => readFileSync(new URL(`../../${path}`, import.meta.url), "utf8");
const component = (path: string): string => readFileSync(join(kubernetesFolder, "components", path), "utf8");
const portOf = (endpoint: string): number => Number(endpoint.split(":").at(-1));

const pushed = platformNamed("overlays/collector");
const sharded = platformNamed("overlays/target-allocator");
const guarded = platformNamed("the collector of docs/kubernetes.md");

describe.each(["agent.yaml", "remote-write.yaml", "otel-collector.yaml"])("%s in the manifests", (name) => {
  it("is a copy of the one that is shipped (copy it again)", () => {
    const shipped = name === "otel-collector.yaml" ? name : `otelcol/${name}`;
    expect(component(`collector/config/${name}`)).toBe(repository(shipped));
  });
});

describe.each([
  { workload: "otel-agent", platform: pushed },
  { workload: "otel-gateway", platform: pushed },
  { workload: "otel-scraper", platform: sharded },
  { workload: "otel-agent", platform: platformNamed("exporter, collector, agents-write") },
])("the Collector of $workload in $platform.name", ({ workload, platform }) => {
  const folder = tempDirectory("kubernetes-config");
  afterAll(() => folder.remove());
  let objects: readonly KubernetesObject[] = [];
  let container: ReturnType<typeof containerOf>;
  let files: string[] = [];
  let config: CollectorConfig;

  beforeAll(async () => {
    objects = await platform.build();
    const found = workloadsOf(objects).find(({ metadata }) => metadata.name === workload);
    if (found === undefined) throw new Error(`${workload} is not there`);
    container = containerOf(found);
    const map = found.spec.template.spec.volumes?.[0]?.configMap?.name ?? "";
    const { data = {} } = objectNamed(objects, "ConfigMap", map);
    mkdirSync(folder.path, { recursive: true });
    files = (container.args ?? []).map((arg) => {
      const name = basename(arg);
      writeFileSync(join(folder.path, name), data[name] ?? "");
      return join(folder.path, name);
    });
    config = parse(data[basename(files[0] ?? "")] ?? "") as CollectorConfig;
  });

  it("takes its configuration", async () => {
    expect(await validateCollector(files, { POD_NAME: `${workload}-0` })).toBe("");
  });

  it("listens on the ports that the pod names", () => {
    const ports = Object.fromEntries((container.ports ?? []).map(({ name, containerPort }) => [name, containerPort]));
    const { otlp } = config.receivers;
    expect(ports).toEqual({
      health: portOf(config.extensions.health_check.endpoint),
      ...(otlp && {
        "otlp-grpc": portOf(otlp.protocols.grpc.endpoint),
        "otlp-http": portOf(otlp.protocols.http.endpoint),
      }),
      ...(config.exporters.prometheus && { exposition: portOf(config.exporters.prometheus.endpoint) }),
    });
  });

  it("refuses data before it is killed, and collects garbage before it refuses", () => {
    const { limit_mib: limit } = config.processors.memory_limiter;
    const allowed = container.resources.limits.memory.replace("1Gi", "1024Mi");
    const garbage = container.env?.find(({ name }) => name === "GOMEMLIMIT")?.value ?? "";
    expect(limit / Number.parseInt(allowed, 10)).toBeLessThan(0.8);
    expect(Number.parseInt(garbage, 10)).toBe(0.8 * limit);
  });

  it("knows where the store is from what a user sets in one place", () => {
    const store = objects.find(({ metadata }) => metadata.name.startsWith("metrics-store"));
    expect(store?.data).toEqual({ REMOTE_WRITE_ENDPOINT: expect.stringMatching(/^http.*\/api\/v1\/write$/) });
    const writes = files.some((file) => readFileSync(file, "utf8").includes("REMOTE_WRITE_ENDPOINT"));
    const told = (container.envFrom ?? []).some(({ configMapRef }) => configMapRef.name === store?.metadata.name);
    expect(told).toBe(writes);
  });
});

describe("the target allocator", () => {
  const allocator = parse(component("target-allocator/config/targetallocator.yaml")) as AllocatorConfig;
  const scraper = parse(component("target-allocator/config/scraper.yaml")) as CollectorConfig;
  const [scrape] = allocator.config.scrape_configs;

  it("finds the Collectors, which ask for the targets of their pod at its Service", async () => {
    const objects = await sharded.build();
    const found = workloadsOf(objects).filter(({ spec }) =>
      selects(allocator.collector_selector.matchLabels, spec.template.metadata.labels),
    );
    expect(found.map(({ kind, metadata }) => `${kind} ${metadata.name}`)).toEqual(["StatefulSet otel-scraper"]);
    expect(allocator.allocation_strategy).toBe("consistent-hashing");
    expect(scraper.receivers.prometheus?.target_allocator).toMatchObject({
      collector_id: expect.stringMatching(/^\$\{env:POD_NAME\}$/),
    });
    const { hostname, port } = new URL(scraper.receivers.prometheus?.target_allocator.endpoint ?? "");
    const service = servicesOf(objects).find(({ metadata }) => metadata.name === hostname);
    expect(service?.spec.ports.map((one) => one.port)).toEqual([Number(port || 80)]);
  });

  it("names what it finds as the ServiceMonitor does, as often", () => {
    const monitor = parse(component("service-monitor/service-monitor.yaml"));
    const [endpoint] = monitor.spec.endpoints;
    expect([scrape.scrape_interval, scrape.scrape_timeout]).toEqual([endpoint.interval, endpoint.scrapeTimeout]);
    const [keep, job, instance] = scrape.relabel_configs;
    const [[label, value]] = Object.entries(monitor.spec.selector.matchLabels) as [[string, string]];
    expect(keep?.source_labels[0]).toBe(`__meta_kubernetes_service_label_${label.replaceAll(/\W/g, "_")}`);
    expect(keep?.regex).toBe(`${value};${endpoint.port}`);
    const jobLabel = monitor.spec.jobLabel.replaceAll(/\W/g, "_");
    expect(job).toEqual({ source_labels: [`__meta_kubernetes_service_label_${jobLabel}`], target_label: "job" });
    const [named] = endpoint.relabelings;
    expect(instance).toEqual({ source_labels: named.sourceLabels, target_label: named.targetLabel });
    expect(named).toEqual({ sourceLabels: ["__meta_kubernetes_pod_name"], targetLabel: "instance" });
  });

  it("has its Collectors write as every other Collector does", () => {
    const shipped = parse(repository("otelcol/remote-write.yaml")) as CollectorConfig;
    expect(scraper.exporters).toEqual(shipped.exporters);
    expect(scraper.processors).toMatchObject(shipped.processors);
    const [pipeline] = Object.values(scraper.service.pipelines);
    const [shippedPipeline] = Object.values(shipped.service.pipelines);
    expect(pipeline?.processors).toEqual(shippedPipeline?.processors);
  });
});

it("images and store are what the kustomization of docs/kubernetes.md says", async () => {
  const objects = await guarded.build();
  const images = new Set(workloadsOf(objects).map((workload) => containerOf(workload).image));
  expect(images).toContain("images.acme.example/finetune:1.2.3");
  const store = objects.find(({ metadata }) => metadata.name.startsWith("metrics-store"));
  expect(store?.data).toEqual({ REMOTE_WRITE_ENDPOINT: "https://mimir.acme.example/api/v1/push" });
});

it("the policies name ports that pods have", async () => {
  const objects = await guarded.build();
  const policies = objects.filter(({ kind }) => kind === "NetworkPolicy") as Policy[];
  const allowed = policies.flatMap(({ spec }) => spec.ingress.flatMap(({ ports }) => ports.map(({ port }) => port)));
  const named = workloadsOf(objects).flatMap((workload) => (containerOf(workload).ports ?? []).map(({ name }) => name));
  expect(allowed).toEqual(["metrics", "otlp-grpc", "otlp-http"]);
  expect(named).toEqual(expect.arrayContaining(allowed));
});

it("workers scaled by KEDA have no number of their own, and all others have", async () => {
  const objects = await guarded.build();
  const scaled = objects.find(({ kind }) => kind === "ScaledObject") as { spec: { scaleTargetRef: { name: string } } };
  for (const { kind, metadata, spec } of workloadsOf(objects).filter((one) => one.kind === "Deployment")) {
    expect(spec.replicas === undefined, `${kind} ${metadata.name}`).toBe(
      metadata.name === scaled.spec.scaleTargetRef.name,
    );
  }
});
