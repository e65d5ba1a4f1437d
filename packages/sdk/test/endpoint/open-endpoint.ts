import { expect, onTestFinished } from "vitest";
import type { EndpointOptions } from "../../src/endpoint/endpoint-options.ts";
import { type EndpointDependencies, type EndpointServer, startEndpoint } from "../../src/endpoint/endpoint-server.ts";
import { createPageCollector, type PageCollector, type PageSource } from "../../src/endpoint/page-collector.ts";

/** A page as the contract would have it, large enough to be worth compressing. */
export const PAGE: string = [
  "# HELP task_success_total Tasks that ended in success.",
  "# TYPE task_success_total counter",
  ...Array.from({ length: 20 }, (_, index) => `task_success_total{task="train_${index}",queue="jobs"} ${index}`),
  "",
].join("\n");

/** An endpoint under test and what it told its owner. */
export interface OpenEndpoint {
  readonly server: EndpointServer;
  /** `http://127.0.0.1:<port>`, without the path. */
  readonly origin: string;
  readonly warnings: readonly string[];
  readonly errors: readonly { readonly operation: string; readonly error: unknown }[];
}

/** Starts an endpoint on a free port, closed when the test ends. */
export async function openEndpoint(
  collectPage: PageSource | PageCollector = async () => PAGE,
  options: EndpointOptions = {},
  dependencies: Partial<EndpointDependencies> = {},
): Promise<OpenEndpoint> {
  const warnings: string[] = [];
  const errors: { operation: string; error: unknown }[] = [];
  const server = await startEndpoint(
    { port: 0, ...options },
    {
      collectPage,
      warn: (message) => warnings.push(message),
      onError: (operation, error) => errors.push({ operation, error }),
      inContainer: () => false,
      ...dependencies,
    },
  );
  if (server === undefined) expect.fail("the endpoint did not start");
  onTestFinished(() => server.close());
  return { server, origin: new URL(server.url).origin, warnings, errors };
}

/** A page source under the test's control: each call stays open until it is settled. */
export interface HeldSource {
  readonly source: PageSource;
  /** Number of collections started. */
  started(): number;
  /** Ends the collection of the given number, from 0. */
  release(index: number, page?: string): void;
  /** Fails the collection of the given number. */
  fail(index: number, error: unknown): void;
  /** The signal the collection was given. */
  signal(index: number): AbortSignal;
}

export function holdPages(): HeldSource {
  const calls: {
    readonly resolve: (page: string) => void;
    readonly reject: (error: unknown) => void;
    readonly signal: AbortSignal;
  }[] = [];
  const call = (index: number): (typeof calls)[number] => {
    const found = calls[index];
    if (found === undefined) expect.fail(`collection ${index} was not started`);
    return found;
  };
  return {
    source: ({ signal }) => new Promise((resolve, reject) => calls.push({ resolve, reject, signal })),
    started: () => calls.length,
    release: (index, page = PAGE) => call(index).resolve(page),
    fail: (index, error) => call(index).reject(error),
    signal: (index) => call(index).signal,
  };
}

/** A collector that tells how often it was asked, so that a test can wait until every request has arrived. */
export interface WatchedCollector {
  readonly collector: PageCollector;
  /** Scrapes that have asked for a page so far. */
  asked(): number;
  readonly errors: readonly (readonly [operation: string, error: unknown])[];
}

export function watchCollector(collectPage: PageSource = async () => PAGE): WatchedCollector {
  const errors: [string, unknown][] = [];
  let asked = 0;
  const { page, report, scraped } = createPageCollector({
    collectPage,
    onError: (operation, error) => void errors.push([operation, error]),
  });
  const collector: PageCollector = {
    report,
    scraped,
    page: () => {
      asked += 1;
      return page();
    },
  };
  return { collector, asked: () => asked, errors };
}
