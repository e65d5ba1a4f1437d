import { fileURLToPath } from "node:url";
import { defineConfig, type TestProjectInlineConfiguration } from "vitest/config";

const packages = fileURLToPath(new URL("./packages", import.meta.url));

// Tests of one package run on the sources of all, so that a failing line is the line that was written.
// The e2e projects use the built packages, as a user would.
const alias = [
  { find: /^@taskvitals\/([a-z]+)$/, replacement: `${packages}/$1/src/index.ts` },
  { find: /^taskvitals$/, replacement: `${packages}/sdk/src/index.ts` },
];

// How long `expect.poll` waits for what takes time: a busy machine takes many times as long, and only a failure waits to the end.
const poll = { timeout: 20_000, interval: 25 };

const mainJob = ["test/{finetune-platform,dashboard}.e2e.test.ts"];

/** Tests of whole platforms. They wait more than they compute, and no limit in them is so tight that they would feel a neighbour: two at once. */
function e2e(name: string, options: TestProjectInlineConfiguration["test"]): TestProjectInlineConfiguration {
  const limits = { testTimeout: 300_000, hookTimeout: 300_000, expect: { poll } };
  return { test: { name, ...limits, maxWorkers: 2, sequence: { groupOrder: 2 }, ...options } };
}

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
            "test/{architecture,dashboard-preview,documentation,services}/**/*.test.ts",
            "bench/**/*.test.ts",
          ],
          exclude: ["**/*.integration.test.ts", "**/node_modules/**"],
          testTimeout: 30_000,
          expect: { poll },
          maxWorkers: "100%",
          sequence: { groupOrder: 0 },
        },
      },
      {
        resolve: { alias },
        test: {
          name: "integration",
          include: ["{packages/*/test,test/services,test/kubernetes,bench}/**/*.integration.test.ts"],
          testTimeout: 120_000,
          hookTimeout: 120_000,
          expect: { poll },
          // Each file starts servers of its own, and waits more than it computes.
          maxWorkers: 4,
          sequence: { groupOrder: 1 },
        },
      },
      e2e("e2e", { include: ["{test,examples}/**/*.e2e.test.ts"] }),
      // The main job on both Prometheuses and with both writers of the page, ours and OpenTelemetry's own; what else Prometheus tells, on both.
      e2e("e2e-prometheus-3", {
        include: [
          ...mainJob,
          "test/{dashboard-preview,doctor-staging,celery-example,shared-totals-replicas}.e2e.test.ts",
        ],
        env: { TEST_PROMETHEUS: "3" },
      }),
      e2e("e2e-standard-exposition", {
        include: [...mainJob, "test/{quickstart,shipped-config}.e2e.test.ts"],
        env: { TASKVITALS_EXPOSITION: "standard" },
      }),
    ],
  },
});
