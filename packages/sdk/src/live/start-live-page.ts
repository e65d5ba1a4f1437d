import { performance } from "node:perf_hooks";
import { LiveFeed, liveDocument } from "@taskvitals/live";
import type { LivePage } from "../endpoint/index.ts";
import { describeFailure } from "../endpoint/page-unavailable.ts";
import type { StartContext } from "../start-context.ts";
import type { Telemetry } from "../telemetry/telemetry.ts";

/** Makes what the live page shows, where there is to be one: an endpoint of our own that serves it. */
export function createLiveFeed({ settings }: StartContext, telemetry: Telemetry): LiveFeed | undefined {
  const { endpoint } = settings;
  const { readLive } = telemetry;
  if (endpoint === undefined || endpoint.livePage === false || readLive === undefined) return undefined;
  if (endpoint.path === "/") return undefined;
  return new LiveFeed({
    read: readLive,
    describe: describeFailure,
    about: {
      service: settings.serviceName ?? "unknown_service",
      pid: process.pid,
      tasksOf: settings.sharedTotals === undefined ? "process" : "platform",
      metricsPath: endpoint.path ?? "/metrics",
    },
    thresholds: endpoint.livePage?.thresholds,
    now: Date.now,
    elapsed: () => performance.now(),
    loopBusy: loopMeter(),
  });
}

/** What the endpoint serves of a feed. */
export function livePageOf(feed: LiveFeed): LivePage {
  return {
    document: liveDocument,
    state: () => feed.state(),
    history: (subject) => feed.history(subject),
    listen: (listener) => feed.listen(listener),
  };
}

/** Share of the time in which the event loop was busy since it was last asked. */
function loopMeter(): () => number {
  let last = performance.eventLoopUtilization();
  return () => {
    const now = performance.eventLoopUtilization();
    const { utilization } = performance.eventLoopUtilization(now, last);
    last = now;
    return utilization;
  };
}
