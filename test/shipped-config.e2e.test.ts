import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { type ComposeService, composeService, composeServices, mountedFrom, root } from "./compose-project.ts";
import { startFinetuneRun } from "./finetune-run.ts";
import { fetchPage } from "./metrics-page.ts";
import { capture, prometheusVersions, promtool } from "./services/index.ts";

/** Imposed by the platform that the names come from; everything else must be as Prometheus recommends. */
const KNOWN_COMPLAINT = 'system_memory_usage_gigabytes use base unit "bytes" instead of "gigabytes"';

function read(path: string): string {
  return readFileSync(path, "utf8");
}

it("promtool finds nothing on the pages of the API and of a worker but the unit that is imposed", async () => {
  await using run = await startFinetuneRun({ tasks: 10, workers: 1 });
  for (const instance of [run.apiInstance, ...run.workers.map((worker) => worker.instance)]) {
    const { text } = await fetchPage(`http://${instance}/metrics`);
    for (const version of prometheusVersions) {
      const { stdout, stderr } = await promtool(["check", "metrics"], text, version);
      expect(`${stdout}${stderr}`.trim().split("\n")).toEqual([KNOWN_COMPLAINT]);
    }
  }
});

describe("docker-compose.yml", () => {
  it.each([[[]], [["--profile", "fanout"]], [["--profile", "mlflow"]]])(
    "is accepted by docker-compose with %j",
    async (profile) => {
      const { exitCode, stderr } = await capture("docker-compose", [...profile, "config", "--quiet"], { cwd: root });
      expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
    },
  );

  it("starts the collector and MLflow under profiles of their own only, and the others always", () => {
    const profiles = Object.entries(composeServices()).filter(([, service]) => service.profiles !== undefined);
    expect(profiles.map(([name, service]) => [name, service.profiles])).toEqual([
      ["otel-collector", ["fanout"]],
      ["mlflow", ["mlflow"]],
    ]);
    expect(Object.keys(composeServices())).toEqual([
      "redis",
      "api",
      "worker",
      "prometheus",
      "grafana",
      "otel-collector",
      "mlflow",
    ]);
  });

  it("logs to MLflow only where its address is given", async () => {
    expect(composeService("worker").environment?.MLFLOW_TRACKING_URI).toBe("");
    const env = { ...process.env, MLFLOW_TRACKING_URI: "http://mlflow:5000" };
    const { stdout } = await capture("docker-compose", ["--profile", "mlflow", "config"], { cwd: root, env });
    const { services } = parse(stdout) as { services: Record<string, ComposeService> };
    expect(services.worker?.environment).toMatchObject({
      MLFLOW_TRACKING_URI: "http://mlflow:5000",
      MLFLOW_UI_URL: "http://localhost:5000",
    });
    expect(composeService("mlflow").ports).toEqual(["127.0.0.1:5000:5000"]);
  });

  it("pins every image, publishes on 127.0.0.1 alone, and checks the health of whatever has a shell for it", () => {
    for (const [name, { image, ports = [], healthcheck }] of Object.entries(composeServices())) {
      if (name === "api" || name === "worker") expect(image).toBe("taskvitals-finetune-platform");
      else expect(image).toMatch(/:v?\d+\.\d+\.\d+(-[a-z]+)?$/);
      for (const port of ports) expect(port).toMatch(/^127\.0\.0\.1:(\d+):\1$/);
      expect(healthcheck === undefined).toBe(name === "otel-collector");
    }
  });

  it("builds the platform on the Node.js that the project is developed with, and runs it as nobody special", () => {
    const dockerfile = read(`${root}examples/finetune-platform/Dockerfile`);
    const { devDependencies } = JSON.parse(read(`${root}package.json`)) as { devDependencies: { node: string } };
    const bases = [...dockerfile.matchAll(/^FROM (\S+)/gm)].map(([, image]) => image);
    expect(new Set(bases)).toEqual(new Set([`node:${devDependencies.node}-bookworm-slim`]));
    expect(dockerfile).toMatch(/^USER node$/m);
  });
});

it.each([
  ["prometheus.yml", prometheusVersions],
  ["collector.yml", prometheusVersions],
  // Its receiver for OTLP came with Prometheus 3.
  ["otlp.yml", ["3"] as const],
] as const)(
  "promtool accepts %s, with the rules that it loads, on each Prometheus it is for",
  async (name, versions) => {
    for (const version of versions) {
      const args = ["check", "config", `${root}prometheus/${name}`];
      const { exitCode, stdout, stderr } = await promtool(args, undefined, version);
      expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
      expect(stdout).toContain("SUCCESS");
      expect(stdout).toMatch(/[1-9]\d* rules found/);
    }
  },
);

describe("prometheus.yml", () => {
  const path = mountedFrom(composeService("prometheus"), "/etc/prometheus/prometheus.yml");

  it("scrapes every 5 s: the API by name, each worker by address, both on the ports they listen on", () => {
    const config = parse(read(path)) as {
      global: { scrape_interval: string };
      scrape_configs: { job_name: string; static_configs?: unknown; dns_sd_configs?: unknown }[];
    };
    expect(config.global.scrape_interval).toBe("5s");
    const job = (name: string): unknown => config.scrape_configs.find(({ job_name }) => job_name === name);
    expect(job("api")).toEqual({
      job_name: "api",
      static_configs: [{ targets: [`api:${composeService("api").environment?.PORT}`] }],
    });
    const port = Number(composeService("worker").environment?.OTEL_EXPORTER_PROMETHEUS_PORT);
    expect(job("worker")).toEqual({
      job_name: "worker",
      dns_sd_configs: [{ names: ["worker"], type: "A", port, refresh_interval: "5s" }],
    });
  });
});

describe("Grafana's provisioning", () => {
  const grafana = composeService("grafana");

  it("names Prometheus as the data source, on the port it listens on", () => {
    const file = parse(read(mountedFrom(grafana, "/etc/grafana/provisioning/datasources/prometheus.yaml")));
    expect(file).toMatchObject({
      apiVersion: 1,
      datasources: [{ type: "prometheus", url: "http://prometheus:9090", isDefault: true, access: "proxy" }],
    });
    expect(composeService("prometheus").ports).toEqual(["127.0.0.1:9090:9090"]);
  });

  it("finds the dashboard where it is mounted, and opens with it", () => {
    const file = parse(read(mountedFrom(grafana, "/etc/grafana/provisioning/dashboards/taskvitals.yaml")));
    expect(file).toMatchObject({
      apiVersion: 1,
      providers: [{ type: "file", options: { path: "/etc/grafana/dashboards" } }],
    });
    const home = grafana.environment?.GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH ?? "";
    expect(home).toMatch(/^\/etc\/grafana\/dashboards\/[^/]+\.json$/);
    expect(JSON.parse(read(mountedFrom(grafana, home)))).toMatchObject({
      uid: "taskvitals",
      panels: expect.any(Array),
    });
  });

  it("provisions every dashboard that is committed", () => {
    const committed = readdirSync(`${root}grafana`).filter((file) => file.endsWith(".json"));
    expect(committed).toEqual(["dashboard.json", "operations.json", "operations.zh-TW.json"]);
    for (const file of committed)
      expect(mountedFrom(grafana, `/etc/grafana/dashboards/${file}`)).toBe(`${root}grafana/${file}`);
  });
});

describe("otel-collector.yaml", () => {
  const collector = composeService("otel-collector");
  const argument = collector.command?.find((part) => part.startsWith("--config=")) ?? "";
  const config = parse(read(mountedFrom(collector, argument.slice("--config=".length)))) as {
    receivers: Record<string, { protocols: Record<string, { endpoint: string }> }>;
    exporters: Record<string, Record<string, unknown>>;
  };

  it("listens where docker-compose.yml publishes it", () => {
    const { grpc, http } = config.receivers.otlp?.protocols ?? {};
    const listens = [grpc?.endpoint, http?.endpoint, config.exporters.prometheus?.endpoint];
    expect(listens).toEqual(["0.0.0.0:4317", "0.0.0.0:4318", "0.0.0.0:8889"]);
    expect(collector.ports).toEqual(
      expect.arrayContaining(["127.0.0.1:4317:4317", "127.0.0.1:4318:4318", "127.0.0.1:8889:8889"]),
    );
  });

  it("keeps a process for two of its pushes and a half at most", () => {
    const exportMs = Number(composeService("worker").environment?.OTEL_METRIC_EXPORT_INTERVAL ?? 15_000);
    const expirationMs = Number.parseInt(String(config.exporters.prometheus?.metric_expiration), 10) * 1000;
    expect(expirationMs).toBeGreaterThan(2 * exportMs);
    expect(expirationMs).toBeLessThan(3 * exportMs);
  });
});
