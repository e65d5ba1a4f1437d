import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

const packages = fileURLToPath(new URL("./packages", import.meta.url));

// Tests of one package run on the sources of all, so that a failing line is the line that was written.
// The e2e project uses the built packages, as a user would.
const alias = [
  { find: /^@taskvitals\/([a-z]+)$/, replacement: `${packages}/$1/src/index.ts` },
  { find: /^taskvitals$/, replacement: `${packages}/sdk/src/index.ts` },
];

export default defineConfig({
  test: {
    allowOnly: false,
    projects: [
      {
        resolve: { alias },
        test: {
          name: "unit",
          include: ["packages/*/test/**/*.test.ts", "test/{architecture,services}/**/*.test.ts", "bench/**/*.test.ts"],
          exclude: ["**/*.integration.test.ts", "**/node_modules/**"],
          testTimeout: 15_000,
          sequence: { groupOrder: 0 },
        },
      },
      {
        resolve: { alias },
        test: {
          name: "integration",
          include: ["{packages/*/test,test/services,bench}/**/*.integration.test.ts"],
          testTimeout: 60_000,
          hookTimeout: 60_000,
          // Each file starts servers of its own.
          maxWorkers: 2,
          sequence: { groupOrder: 1 },
        },
      },
      {
        test: {
          name: "e2e",
          include: ["{test,examples}/**/*.e2e.test.ts"],
          testTimeout: 300_000,
          hookTimeout: 300_000,
          // Each test is a whole platform; two at once would measure each other.
          maxWorkers: 1,
          sequence: { groupOrder: 2 },
        },
      },
      {
        test: {
          // The main job once more, with the page written by OpenTelemetry's own exporter.
          name: "e2e-standard-exposition",
          include: ["test/{quickstart,finetune-platform,dashboard,shipped-config}.e2e.test.ts"],
          env: { TASKVITALS_EXPOSITION: "standard" },
          testTimeout: 300_000,
          hookTimeout: 300_000,
          maxWorkers: 1,
          sequence: { groupOrder: 3 },
        },
      },
    ],
  },
});
