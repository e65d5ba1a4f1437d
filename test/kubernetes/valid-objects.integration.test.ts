import { readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { pythonOf } from "../frameworks/programs.ts";
import { capture } from "../services/index.ts";
import type { KubernetesObject } from "./kubernetes-object.ts";
import { kubernetesFolder, platforms } from "./platforms.ts";

/** The oldest that has everything which is used here (`preStop.sleep`), and the newest that the validator knows. */
const versions = ["1.30.0", "1.37.0"];

/** What Kubernetes itself does not know; `packages/dashboards/test/kubernetes-files.test.ts` looks at these. */
const ofOperators = ["ScaledObject: no schema", "ServiceMonitor: no schema"];

async function findings(objects: readonly KubernetesObject[]): Promise<string[]> {
  const script = join(import.meta.dirname, "validate-objects.py");
  const { exitCode, stdout, stderr } = await capture(pythonOf("kubernetes"), [script], {
    input: JSON.stringify({ versions, objects }),
  });
  if (exitCode !== 0) throw new Error(stderr);
  return JSON.parse(stdout) as string[];
}

/** What most objects of two platforms differ in. */
function withoutNamespace(object: KubernetesObject): KubernetesObject {
  const { namespace: _, ...metadata } = object.metadata;
  return { ...object, metadata };
}

describe("the manifests", () => {
  it("are all built: each overlay, each component", () => {
    const built = platforms.map(({ name }) => name).join(", ");
    const folders = ["overlays", "components"].flatMap((kind) => readdirSync(join(kubernetesFolder, kind)));
    expect(folders.filter((folder) => !built.includes(folder))).toEqual([]);
  });

  it("are what Kubernetes takes, without a field that it does not know", async () => {
    const built = await Promise.all(platforms.map((platform) => platform.build()));
    const unique = new Map(built.flat().map((object) => [JSON.stringify(withoutNamespace(object)), object]));
    expect(await findings([...unique.values()])).toEqual(ofOperators);
  });

  it("have one object of each kind and name, all in one namespace, with the labels to find them by", async () => {
    for (const platform of platforms) {
      const objects = await platform.build();
      const names = objects.map(({ kind, metadata }) => `${kind} ${metadata.name}`);
      expect(new Set(names).size, platform.name).toBe(names.length);
      const namespaces = objects.map(({ kind, metadata }) =>
        kind === "Namespace" ? metadata.name : metadata.namespace,
      );
      expect(new Set(namespaces).size, `${platform.name}: ${namespaces}`).toBe(1);
    }
  });
});

it("an object that Kubernetes would refuse is found, with the field and the version", async () => {
  const service = {
    apiVersion: "v1",
    kind: "Service",
    metadata: { name: "api" },
    spec: { ports: [{ port: "eighty" }], selectors: {} },
  };
  const found = await findings([service]);
  expect(found).toHaveLength(versions.length);
  for (const line of found) expect(line).toMatch(/^Service api, 1\.3[07]\.0: spec/);
});
