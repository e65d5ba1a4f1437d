import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { TaskVitalsError } from "@taskvitals/core";
import { type ConnectionTracker, trackConnections } from "./connection-tracker.ts";
import { isLoopback, runsInContainer } from "./container-detection.ts";
import { createEndpointServer } from "./create-server.ts";
import { type EndpointOptions, type EndpointSettings, resolveEndpointOptions } from "./endpoint-options.ts";
import { type EndpointResponse, forMethod, refuseMethod, textResponse } from "./endpoint-response.ts";
import { listen } from "./listen.ts";
import { isLivePath, type LivePage } from "./live-page.ts";
import { serveScrape } from "./node-handler.ts";
import { sendResponse } from "./node-response.ts";
import {
  createPageCollector,
  type EndpointErrorListener,
  type PageCollector,
  type PageSource,
} from "./page-collector.ts";
import { serveLive } from "./serve-live.ts";

/** What {@link startEndpoint} is given to work with. */
export interface EndpointDependencies {
  /** Builds the page: a collector to share with mounted handlers, or a source, which gets a collector of its own. */
  readonly collectPage: PageCollector | PageSource;
  /** Builds the page at `<path>/shared`; without it there is none. */
  readonly sharedPage?: PageCollector | undefined;
  /** Begins what the page at `/` shows, once it listens; without it there is none. */
  readonly livePage?: (() => LivePage) | undefined;
  /** Receives one line for the operator, free of credentials. */
  warn(message: string): void;
  /** Receives failures while the endpoint runs. */
  readonly onError: EndpointErrorListener;
  /** Whether this process runs in a container; looked up by default. */
  readonly inContainer?: (() => boolean) | undefined;
}

/** A listening endpoint. It never keeps the process alive. */
export interface EndpointServer extends AsyncDisposable {
  /** Where the page is, path included; IPv6 addresses in brackets. */
  readonly url: string;
  /** Where the live page is; `undefined` where there is none. */
  readonly livePageUrl: string | undefined;
  /** The bound address, as a number. */
  readonly host: string;
  /** The bound port, also when any was asked for. */
  readonly port: number;
  /**
   * Stops listening, drops idle and silent clients at once, and the others when their scrape has ended or `closeTimeoutMs` have
   * passed. Calls after the first return the same promise; it never rejects.
   */
  close(): Promise<void>;
}

/**
 * Starts the metrics endpoint: the page at `path`, the live page at `/`, and `/healthz` and `/readyz`, which are open and speak of this process alone.
 * Resolves once it listens; to `undefined` when the port is taken and `onPortInUse` is `warn`.
 *
 * @throws TaskVitalsError `INVALID_OPTION`, `PORT_IN_USE` or `LISTEN_FAILED`.
 */
export async function startEndpoint(
  options: EndpointOptions,
  dependencies: EndpointDependencies,
): Promise<EndpointServer | undefined> {
  const settings = resolveEndpointOptions(options);
  const collector = collectorOf(settings, dependencies);
  let livePage: LivePage | undefined;
  let closing = false;
  const isClosing = (): boolean => closing;
  const server = createEndpointServer(settings, (request, response) => {
    if (!connections.begin(request.socket)) {
      request.socket.destroy();
      return;
    }
    response.once("close", () => connections.end(request.socket));
    const { sharedPage } = dependencies;
    serve(request, response, { settings, collector, livePage, sharedPage, isClosing });
  });
  const connections = trackConnections(server, settings.tls !== undefined);
  server.unref();
  let address: AddressInfo;
  try {
    address = await listen(server, settings);
  } catch (error) {
    const taken = error instanceof TaskVitalsError && error.code === "PORT_IN_USE";
    if (!taken || settings.onPortInUse !== "warn") throw error;
    dependencies.warn(
      `no metrics endpoint in this process: port ${settings.port} on ${settings.host} is taken. ` +
        "Give each process a port of its own (endpoint.port, or OTEL_EXPORTER_PROMETHEUS_PORT where no code is written; 0 takes any free one), " +
        "or mount nodeHandler or fetchHandler.",
    );
    return undefined;
  }
  server.on("error", (error) => collector.report("expose", error));
  livePage = dependencies.livePage?.();
  // Who names the address has thought about who can reach it.
  if (options.host === undefined) warnOfLoopback(address, dependencies);
  let closed: Promise<void> | undefined;
  const close = (): Promise<void> => {
    closing = true;
    closed ??= closeServer(server, connections, settings.limits.closeTimeoutMs);
    return closed;
  };
  const authority = `${address.family === "IPv6" ? `[${address.address}]` : address.address}:${address.port}`;
  const origin = `${settings.tls === undefined ? "http" : "https"}://${authority}`;
  return {
    url: `${origin}${settings.path}`,
    livePageUrl: livePage && `${origin}/`,
    host: address.address,
    port: address.port,
    close,
    [Symbol.asyncDispose]: close,
  };
}

function collectorOf(settings: EndpointSettings, { collectPage, onError }: EndpointDependencies): PageCollector {
  if (typeof collectPage !== "function") return collectPage;
  return createPageCollector({ collectPage, collectTimeoutMs: settings.collectTimeoutMs, onError });
}

interface ServeContext {
  readonly settings: EndpointSettings;
  readonly collector: PageCollector;
  readonly sharedPage: PageCollector | undefined;
  readonly livePage: LivePage | undefined;
  readonly isClosing: () => boolean;
}

function serve(request: IncomingMessage, response: ServerResponse, context: ServeContext): void {
  const { livePage, settings, isClosing } = context;
  const { writeTimeoutMs } = settings.limits;
  const path = pathOf(request.url ?? "");
  const collector = pageAt(path, context);
  if (collector !== undefined) {
    const { authenticator } = settings;
    serveScrape(request, response, { collector, authenticator, writeTimeoutMs, isLastOfConnection: isClosing });
    return;
  }
  if (livePage !== undefined && isLivePath(path)) {
    const { liveAuthenticator: authenticator } = settings;
    const { report } = context.collector;
    serveLive(path, request, response, {
      page: livePage,
      authenticator,
      writeTimeoutMs,
      isBrief: false,
      isLastOfConnection: isClosing,
      report,
    });
    return;
  }
  const method = request.method ?? "GET";
  sendResponse(request, response, forMethod(method, answerOther(method, path, context)), {
    writeTimeoutMs,
    lastOfConnection: isClosing(),
    report: context.collector.report,
  });
}

function pageAt(path: string, { settings, collector, sharedPage }: ServeContext): PageCollector | undefined {
  if (path === settings.path) return collector;
  return path === `${settings.path.replace(/\/$/, "")}/shared` ? sharedPage : undefined;
}

function answerOther(method: string, path: string, { livePage, settings }: ServeContext): EndpointResponse {
  switch (path) {
    case "/healthz":
      return refuseMethod(method) ?? textResponse(200, "ok");
    case "/readyz":
      return refuseMethod(method) ?? textResponse(200, "ready");
    default:
      return textResponse(
        404,
        `Nothing here. Metrics are at ${settings.path}, health at /healthz and /readyz${livePage === undefined ? "" : ", the live page at /"}.`,
      );
  }
}

/** The path of a request target, which a proxy may have sent with scheme and authority. */
function pathOf(target: string): string {
  return /^(?:https?:\/\/[^/?]*)?([^?#]*)/i.exec(target)?.[1] || "/";
}

function warnOfLoopback(address: AddressInfo, { warn, inContainer = runsInContainer }: EndpointDependencies): void {
  if (!isLoopback(address.address) || !inContainer()) return;
  warn(
    `endpoint.host: the metrics endpoint listens on ${address.address} inside a container, where only that container can reach it. ` +
      'Set it (or OTEL_EXPORTER_PROMETHEUS_HOST) to "0.0.0.0" to let Prometheus in, or to "127.0.0.1" to keep it so.',
  );
}

async function closeServer(server: Server, connections: ConnectionTracker, timeoutMs: number): Promise<void> {
  await new Promise<void>((resolve) => {
    // Not unref'd: a process that awaits close() must live to see it end.
    const timer = setTimeout(() => connections.destroyAll(), timeoutMs);
    server.close(() => {
      clearTimeout(timer);
      resolve();
    });
    connections.destroyIdle();
  });
}
