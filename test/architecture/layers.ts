import { posix } from "node:path";
import { readImports } from "./module-imports.ts";
import type { SourceFile, Workspace } from "./workspace.ts";

/** What one package may import beyond itself and Node.js. */
export interface Layer {
  /** Packages of this project. */
  readonly ours: readonly string[];
  /** Others. `declared`: whatever its own package.json lists. */
  readonly others: readonly string[] | "declared";
  /** Others whose types alone it may import. */
  readonly typesOnly?: readonly string[];
}

/** Who may import whom, as docs and design draw it. A package without a line here may not exist. */
export const layers: Readonly<Record<string, Layer>> = {
  "packages/core": { ours: [], others: ["@opentelemetry/api"] },
  "packages/meter": { ours: [], others: ["@opentelemetry/api"], typesOnly: ["@opentelemetry/sdk-metrics"] },
  "packages/redis": { ours: ["@taskvitals/core"], others: ["@opentelemetry/api", "ioredis"] },
  "packages/bullmq": { ours: ["@taskvitals/core"], others: ["@opentelemetry/api"], typesOnly: ["bullmq"] },
  "packages/sdk": {
    ours: [
      "@taskvitals/bullmq",
      "@taskvitals/core",
      "@taskvitals/live",
      "@taskvitals/meter",
      "@taskvitals/redis",
      "@taskvitals/rules",
    ],
    others: "declared",
  },
  "packages/rules": { ours: ["@taskvitals/core"], others: [] },
  "packages/live": { ours: ["@taskvitals/core", "@taskvitals/rules"], others: [] },
  "packages/exporter": { ours: ["taskvitals", "@taskvitals/redis", "@taskvitals/rules"], others: "declared" },
  "packages/dashboards": { ours: ["@taskvitals/core", "@taskvitals/rules"], others: "declared" },
};

/** Examples show what a user writes, so they see what a user installs. */
export const exampleLayer: Layer = { ours: ["taskvitals", "@taskvitals/bullmq"], others: "declared" };

const openTelemetrySdk = /^@opentelemetry\/(?!api$|api\/)/;

/** The imports of one workspace's files that its layer does not allow, one line each. */
export function forbiddenImports(workspace: Workspace, layer: Layer, files: readonly SourceFile[]): string[] {
  const { folder, manifest } = workspace;
  const declared = {
    ...manifest.dependencies,
    ...manifest.peerDependencies,
    ...(manifest.private && manifest.devDependencies),
  };
  const reasonAgainst = (specifier: string, typeOnly: boolean, path: string): string | undefined => {
    if (specifier.startsWith("node:")) return undefined;
    if (specifier.startsWith(".")) {
      const target = posix.join(posix.dirname(path), specifier);
      return target.startsWith(`${folder}/`) ? undefined : "leaves its package";
    }
    const name = packageName(specifier);
    if (name === "taskvitals" || name.startsWith("@taskvitals/")) {
      if (!layer.ours.includes(name)) return "is an arrow that the design does not have";
      if (specifier.startsWith(`${name}/src`) || specifier.startsWith(`${name}/dist`)) return "reaches into a package";
    } else if (layer.typesOnly?.includes(name)) {
      if (!typeOnly) return "may be imported for its types only";
    } else if (layer.others !== "declared" && !layer.others.includes(name)) {
      return "is not allowed in this package";
    } else if (folder !== "packages/sdk" && openTelemetrySdk.test(specifier)) {
      return "is OpenTelemetry's SDK, which only packages/sdk touches";
    }
    return name in declared ? undefined : "is not declared in its package.json";
  };
  return files.flatMap((file) =>
    readImports(file).flatMap(({ specifier, typeOnly }) => {
      const reason = reasonAgainst(specifier, typeOnly, file.path);
      return reason === undefined ? [] : [`${file.path}: "${specifier}" ${reason}`];
    }),
  );
}

function packageName(specifier: string): string {
  return specifier.split("/", specifier.startsWith("@") ? 2 : 1).join("/");
}
