import { cpSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseAllDocuments, stringify } from "yaml";
import { builtProgram } from "../frameworks/programs.ts";
import { capture, tempDirectory } from "../services/index.ts";
import type { KubernetesObject } from "./kubernetes-object.ts";

/** Where the manifests are. */
export const kubernetesFolder: string = fileURLToPath(new URL("../../kubernetes", import.meta.url));

/** A platform as somebody applies it. */
export interface Platform {
  readonly name: string;
  /** Everything that `kubectl apply -k` would send, as kustomize writes it. Throws what kustomize says. */
  build(): Promise<KubernetesObject[]>;
}

const overlay = (name: string): Platform => ({
  name: `overlays/${name}`,
  build: () => kustomize(join(kubernetesFolder, "overlays", name)),
});

/** A kustomization of a user's own, in a folder beside the base. */
const own = (name: string, kustomization: string): Platform => ({
  name,
  async build() {
    const copy = tempDirectory("kubernetes");
    try {
      cpSync(kubernetesFolder, copy.path, { recursive: true });
      const folder = join(copy.path, "acme");
      mkdirSync(folder);
      writeFileSync(join(folder, "kustomization.yaml"), kustomization);
      return await kustomize(folder);
    } finally {
      copy.remove();
    }
  },
});

const composed = (...components: string[]): Platform => {
  const kustomization = {
    apiVersion: "kustomize.config.k8s.io/v1beta1",
    kind: "Kustomization",
    namespace: "acme",
    resources: ["../base"],
    components: components.map((name) => `../components/${name}`),
  };
  return own(components.join(", "), stringify(kustomization));
};

/** The one that the page shows: exporter, autoscaling, collector, network-policy. */
const ofThePage = (): Platform => {
  const page = readFileSync(new URL("../../docs/kubernetes.md", import.meta.url), "utf8");
  return own("the collector of docs/kubernetes.md", /^```yaml\n(.*?)^```$/ms.exec(page)?.[1] ?? "");
};

/** Each overlay, and each component at least once beside others. */
export const platforms: readonly Platform[] = [
  overlay("scrape"),
  overlay("collector"),
  overlay("target-allocator"),
  composed("exporter", "service-monitor", "autoscaling", "network-policy"),
  ofThePage(),
  composed("exporter", "collector", "agents-write"),
  composed("exporter", "target-allocator", "network-policy"),
];

/** The platform of this name. Throws when there is none. */
export function platformNamed(name: string): Platform {
  const found = platforms.find((platform) => platform.name === name);
  if (found === undefined) throw new Error(`no platform is named ${name}`);
  return found;
}

async function kustomize(folder: string): Promise<KubernetesObject[]> {
  const { exitCode, stdout, stderr } = await capture(builtProgram("kustomize"), ["build", folder]);
  // What it finds old-fashioned goes to stderr, and is as good as an error here.
  if (exitCode !== 0 || stderr !== "") throw new Error(`kustomize: ${stderr}`);
  return parseAllDocuments(stdout).map((document) => document.toJS() as KubernetesObject);
}
