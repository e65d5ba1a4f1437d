import { startTaskVitals } from "taskvitals";
import { serveAnswers } from "./served-answers.ts";

/** A process that shows the totals of a namespace at `/metrics/shared` and does nothing else. */
const [url = "", namespace = "", intervalMs] = process.argv.slice(2);
const vitals = await startTaskVitals({
  serviceName: "bench",
  redis: url,
  readDeadlineMs: 10_000,
  sharedTotals: { namespace, intervalMs: Number(intervalMs), page: false },
  endpoint: { port: 0, collectTimeoutMs: 60_000 },
  environment: {},
  runtimeMetrics: false,
  hostVitals: false,
});
const started = process.cpuUsage();
serveAnswers({
  work: {
    "/usage": async () => {
      const { user, system } = process.cpuUsage(started);
      return { cpuMs: (user + system) / 1000, rssBytes: process.memoryUsage.rss() };
    },
  },
  pages: { "/metrics/shared": vitals.sharedHandlers.node },
  end: () => vitals.shutdown(),
});
