import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

const packages = fileURLToPath(new URL("./packages", import.meta.url));

// Tests of one package run on the sources of all, so that a failing line is the line that was written.
// The e2e project uses the built packages, as a user would.
const alias = [
  { find: /^@taskvitals\/([a-z]+)$/, replacement: `${packages}/$1/src/index.ts` },
  { find: /^taskvitals$/, replacement: `${packages}/sdk/src/index.ts` },
];

// How long `expect.poll` waits for what takes time: a busy machine takes many times as long, and only a failure waits to the end.
const poll = { timeout: 20_000, interval: 25 };

export default defineConfig({
  test: {
    allowOnly: false,
    projects: [
      {
        resolve: { alias },
        test: {
          name: "unit",
          include: [
            "packages/*/test/**/*.test.ts",
            "test/{architecture,dashboard-preview,services}/**/*.test.ts",
            "bench/**/*.test.ts",
          ],
          exclude: ["**/*.integration.test.ts", "**/node_modules/**"],
          testTimeout: 30_000,
          expect: { poll },
          sequence: { groupOrder: 0 },
        },
      },
      {
        resolve: { alias },
        test: {
          name: "integration",
          include: ["{packages/*/test,test/services,bench}/**/*.integration.test.ts"],
          testTimeout: 120_000,
          hookTimeout: 120_000,
          expect: { poll },
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
          expect: { poll },
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
          expect: { poll },
          maxWorkers: 1,
          sequence: { groupOrder: 3 },
        },
      },
    ],
  },
});
