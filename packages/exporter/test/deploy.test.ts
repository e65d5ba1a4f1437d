import { readFileSync } from "node:fs";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { compare } from "bcryptjs";
import { describe, expect, it } from "vitest";
import { parse, parseAllDocuments } from "yaml";
import { readFileLayer } from "../src/configuration/file-layer.ts";
import { DEFAULT_PORT } from "../src/configuration/listen-address.ts";
import { tempFiles } from "./temp-files.ts";

const path = (name: string): string => fileURLToPath(new URL(`../${name}`, import.meta.url));
const read = (name: string): string => readFileSync(path(name), "utf8");

interface Resource {
  readonly kind: string;
  readonly data?: Readonly<Record<string, string>>;
  readonly spec?: Readonly<Record<string, unknown>>;
}

describe("the Kubernetes manifests", () => {
  const documents = parseAllDocuments(read("deploy/kubernetes.yaml"));
  const resources = documents.map((document) => document.toJS() as Resource);
  const of = (kind: string): Resource => resources.find((resource) => resource.kind === kind) as Resource;

  it("are YAML, of the kinds that are needed", () => {
    expect(documents.flatMap(({ errors }) => errors)).toEqual([]);
    const kinds = ["Secret", "ConfigMap", "PersistentVolumeClaim", "Deployment", "Service", "ServiceMonitor"];
    expect(resources.map(({ kind }) => kind)).toEqual(kinds);
  });

  it("hold a configuration that the exporter takes", () => {
    const file = tempFiles().write("exporter.yaml", of("ConfigMap").data?.["exporter.yaml"] ?? "");
    expect(readFileLayer({ value: file, where: "--config" }).queues).toMatchObject([{ value: "celery:celery" }]);
  });

  it("keep the totals of that configuration in a volume", () => {
    const file = tempFiles().write("exporter.yaml", of("ConfigMap").data?.["exporter.yaml"] ?? "");
    const { totalsFile } = readFileLayer({ value: file, where: "--config" });
    const mounts = [{ name: "totals", mountPath: dirname(totalsFile?.value ?? "") }];
    const volumes = [{ name: "totals", persistentVolumeClaim: { claimName: "taskvitals-exporter" } }];
    expect(of("Deployment").spec).toMatchObject({
      strategy: { type: "Recreate" },
      template: {
        spec: {
          containers: [{ volumeMounts: expect.arrayContaining(mounts) }],
          volumes: expect.arrayContaining(volumes),
        },
      },
    });
  });

  it("run one exporter, not as root, on a root that is read-only", () => {
    expect(of("Deployment").spec).toMatchObject({
      replicas: 1,
      template: {
        spec: {
          securityContext: { runAsNonRoot: true },
          containers: [
            {
              ports: [{ containerPort: DEFAULT_PORT }],
              securityContext: { readOnlyRootFilesystem: true, allowPrivilegeEscalation: false },
            },
          ],
        },
      },
    });
  });
});

describe("the example of a configuration", () => {
  it("is one that the exporter takes", () => {
    const layer = readFileLayer({ value: path("deploy/exporter.yaml"), where: "--config" });
    expect(Object.keys(layer.brokers)).toEqual(["default", "jobs", "sessions", "billing"]);
    expect(layer.queues).toHaveLength(5);
  });

  it("has a web configuration with the password that it says", async () => {
    const { basic_auth_users: users } = parse(read("deploy/web.yaml")) as { basic_auth_users: { prometheus: string } };
    expect(await compare("change-me", users.prometheus)).toBe(true);
  });
});

it("the image runs as nobody and listens where others reach it", () => {
  const dockerfile = read("Dockerfile");
  expect(dockerfile).toMatch(/^USER 65534:65534$/m);
  expect(dockerfile).toContain(`ENV TASKVITALS_WEB_LISTEN_ADDRESS=0.0.0.0:${DEFAULT_PORT}`);
  expect(dockerfile).toMatch(/^ENTRYPOINT \["node", /m);
});

it("the systemd unit starts the command, hardened, and not again after a mistake", () => {
  const unit = read("deploy/taskvitals-exporter.service");
  const lines = unit.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  expect(lines.filter((line) => !/^(\[\w+\]|[A-Z]\w+=.*)$/.test(line))).toEqual([]);
  for (const setting of [
    "DynamicUser=yes",
    "NoNewPrivileges=yes",
    "ProtectSystem=strict",
    "RestartPreventExitStatus=2",
    "StateDirectory=taskvitals-exporter",
  ]) {
    expect(lines).toContain(setting);
  }
  expect(unit).toMatch(/^ExecStart=.*taskvitals-exporter --config /m);
});
