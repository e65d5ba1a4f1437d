import { contract } from "@taskvitals/core";
import { LiveFeed, liveDocument } from "@taskvitals/live";
import { onTestFinished } from "vitest";
import type { LivePage } from "../../src/endpoint/live-page.ts";

/** A live page of queues by name, with their lengths at each reading. */
export interface FeedPage {
  readonly page: LivePage;
  readonly feed: LiveFeed;
}

/** The live page as the SDK makes it, of numbers that the test gives. */
export async function feedPage(lengths: () => Readonly<Record<string, number>>): Promise<FeedPage> {
  const read = (): ReturnType<ConstructorParameters<typeof LiveFeed>[0]["read"]> => {
    const samples = Object.entries(lengths()).map(([queue, value]) => ({
      ...{ name: contract.queueLength.name, labels: { queue }, value },
    }));
    return Promise.resolve(new Map([["process", { samples, histograms: [] }]]));
  };
  const feed = new LiveFeed({
    read,
    about: { service: "platform", pid: process.pid, tasksOf: "process", metricsPath: "/metrics" },
    describe: String,
    now: Date.now,
    elapsed: () => performance.now(),
  });
  feed.start();
  onTestFinished(() => feed.end());
  // The first reading is there once its promise has been seen.
  await new Promise((resolve) => setImmediate(resolve));
  const page: LivePage = {
    document: liveDocument,
    state: () => feed.state(),
    history: (subject) => feed.history(subject),
    listen: (listener) => feed.listen(listener),
  };
  return { page, feed };
}
