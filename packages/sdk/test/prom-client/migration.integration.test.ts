import { Counter, Registry } from "prom-client";
import { expect, test } from "vitest";
import {
  freePort,
  type PrometheusServer,
  prometheusVersions,
  startPrometheus,
} from "../../../../test/services/index.ts";
import { startVitals } from "../start-vitals.ts";

/** What the application counts, in the order in which it moves. */
const METRICS = ["mails_total", "orders_total", "task_success_total"] as const;
type Name = (typeof METRICS)[number];
/** The last of them is counted by `tasks`, with its labels; the others are the application's own. */
const LABELS = {
  mails_total: { shop: "x" },
  orders_total: { shop: "x" },
  task_success_total: { task: "send", queue: "mails" },
};

interface Application extends AsyncDisposable {
  count(name: Name): void;
}

/**
 * The application as it is deployed when `moved` of its metrics have moved. The last of these is still in the registry as well, as in a release that was made
 * in haste.
 */
async function deploy(port: number, moved: number): Promise<Application> {
  const promClient = new Registry();
  const left = METRICS.slice(Math.max(0, moved - 1));
  const old = new Map(
    left.map((name) => [
      name,
      new Counter({ name, help: "h", labelNames: Object.keys(LABELS[name]), registers: [promClient] }),
    ]),
  );
  const { vitals } = await startVitals({ promClient, runtimeMetrics: false, endpoint: { port } });
  const meter = vitals.meterProvider.getMeter("shop");
  const ours: Record<Name, () => void> = {
    mails_total: () => meter.createCounter("mails_total").add(1, LABELS.mails_total),
    orders_total: () => meter.createCounter("orders").add(1, LABELS.orders_total),
    task_success_total: () => vitals.tasks.record({ ...LABELS.task_success_total, outcome: "success" }),
  };
  return {
    count(name) {
      old.get(name)?.inc(LABELS[name]);
      if (METRICS.indexOf(name) < moved) ours[name]();
    },
    [Symbol.asyncDispose]: () => vitals.shutdown(),
  };
}

test("metrics move one at a time while Prometheus scrapes, and no query ever sees two of one name", async () => {
  const port = await freePort();
  const scrapeConfigs = [{ job_name: "shop", static_configs: [{ targets: [`127.0.0.1:${port}`] }] }];
  const servers = await Promise.all(
    prometheusVersions.map((version) => startPrometheus({ version, scrapeConfigs, scrapeInterval: "500ms" })),
  );
  const all = (see: (server: PrometheusServer) => Promise<unknown>): Promise<unknown> => Promise.all(servers.map(see));
  try {
    for (let moved = 0; moved <= METRICS.length; moved++) {
      await using application = await deploy(port, moved);
      // Before the last one moves, the name is the contract's, and the registry may not have it.
      const names = METRICS.filter((name) => name !== "task_success_total" || moved === METRICS.length);
      const times = moved + 1;
      for (let time = 0; time < times; time++) for (const name of METRICS) application.count(name);
      await all(async (server) => {
        for (const name of names) {
          await server.waitFor(`sum by (__name__) (${name}) == ${times}`, ([sum]) => sum !== undefined);
          expect(await server.query(name)).toMatchObject([{ metric: LABELS[name], value: times }]);
        }
      });
    }
    await all(async (server) => {
      for (const name of METRICS) {
        const ever = await server.query(`max_over_time(count by (__name__) (${name})[5m:250ms])`);
        expect(ever).toMatchObject([{ value: 1 }]);
      }
    });
  } finally {
    await all((server) => server.stop());
  }
});
