import { describe, expect, it } from "vitest";
import { exampleLayer, forbiddenImports, type Layer, layers } from "./layers.ts";
import { codeBelow, type Manifest, type Workspace, workspaces } from "./workspace.ts";

describe("the arrows between packages", () => {
  it.each(workspaces("packages"))("$folder imports only what the design allows", (workspace) => {
    const layer = layers[workspace.folder];
    if (layer === undefined) throw new Error(`${workspace.folder} has no place in layers.ts`);
    const files = codeBelow(`${workspace.folder}/src`);
    expect(files.length).toBeGreaterThan(0);
    expect(forbiddenImports(workspace, layer, files)).toEqual([]);
  });

  it.each(workspaces("examples"))("$folder imports only what a user would install", (workspace) => {
    expect(forbiddenImports(workspace, exampleLayer, codeBelow(workspace.folder))).toEqual([]);
  });

  it.each(workspaces("packages"))("$folder depends on none of ours that it may not import", ({ folder, manifest }) => {
    const ours = Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies }).filter(
      (name) => name === "taskvitals" || name.startsWith("@taskvitals/"),
    );
    expect(ours.filter((name) => !layers[folder]?.ours.includes(name))).toEqual([]);
  });
});

describe("forbiddenImports", () => {
  const check = (layer: Layer, text: string, folder = "packages/core", manifest: Partial<Manifest> = {}): string[] => {
    const workspace: Workspace = { folder, manifest: { name: "x", version: "0.0.0", ...manifest } };
    return forbiddenImports(workspace, layer, [{ path: `${folder}/src/a.ts`, text }]);
  };
  const core = layers["packages/core"] as Layer;
  const meter = layers["packages/meter"] as Layer;
  const sdk = layers["packages/sdk"] as Layer;

  it.each([
    {
      layer: core,
      text: 'import { x } from "@taskvitals/redis";',
      reason: "is an arrow that the design does not have",
    },
    { layer: core, text: 'import type { x } from "taskvitals";', reason: "is an arrow that the design does not have" },
    { layer: core, text: 'import { Redis } from "ioredis";', reason: "is not allowed in this package" },
    { layer: core, text: 'import { x } from "../../redis/src/x.ts";', reason: "leaves its package" },
    {
      layer: meter,
      text: 'import { x } from "@opentelemetry/sdk-metrics";',
      reason: "may be imported for its types only",
    },
    { layer: sdk, text: 'import { x } from "@taskvitals/core/dist/x.js";', reason: "reaches into a package" },
    { layer: sdk, text: 'import { x } from "left-pad";', reason: "is not declared in its package.json" },
    {
      layer: exampleLayer,
      text: 'import { x } from "@taskvitals/core";',
      reason: "is an arrow that the design does not have",
    },
    {
      layer: exampleLayer,
      text: 'import { x } from "@opentelemetry/resources";',
      reason: "is OpenTelemetry's SDK",
    },
  ])("refuses $text, which $reason", ({ layer, text, reason }) => {
    expect(check(layer, text)).toEqual([expect.stringContaining(reason)]);
  });

  it("accepts Node.js, neighbours, declared peers and types where types are allowed", () => {
    const peers = { "@opentelemetry/api": "1", "@opentelemetry/sdk-metrics": "3" };
    const text = `
      import { a } from "node:fs";
      import { b } from "./b.ts";
      import { metrics } from "@opentelemetry/api";
      import type { MetricProducer } from "@opentelemetry/sdk-metrics";
    `;
    expect(check(meter, text, "packages/meter", { peerDependencies: peers })).toEqual([]);
  });
});
