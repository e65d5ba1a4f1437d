import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { readPreviewedDashboard } from "./dashboard-model.ts";
import { takeDashboardPicture } from "./dashboard-picture.ts";
import { prometheusAnswers } from "./prometheus-answers.ts";
import { readTimeRange } from "./time-range.ts";

/** What is shown, and from where. */
export interface PreviewOptions {
  /** Path of the dashboard's JSON. */
  readonly dashboard: string | URL;
  /** URL of the Prometheus that is asked. */
  readonly prometheus: string;
  /** First moment: `now-30m`, Unix seconds or ISO 8601. Default: the dashboard's. */
  readonly from?: string | undefined;
  /** Last moment. Default: the dashboard's. */
  readonly to?: string | undefined;
  /** Values of variables. Default: "All". */
  readonly choices?: Readonly<Record<string, readonly string[]>>;
  /** Seconds between two scrapes. Default 15, as Grafana assumes. */
  readonly scrapeSeconds?: number;
}

/** A running preview, on a free loopback port. */
export interface Preview extends AsyncDisposable {
  readonly url: string;
}

/** Starts the server of the page. Each load of the page reads the dashboard and asks Prometheus anew. */
export async function startPreview(options: PreviewOptions): Promise<Preview> {
  const server = createServer((request, response) => {
    void answer(request.url ?? "/", response, options).catch((error: unknown) => {
      send(response, 500, "text/plain", (error as Error).message);
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject).listen(0, "127.0.0.1", resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function answer(path: string, response: ServerResponse, options: PreviewOptions): Promise<void> {
  if (path === "/") {
    const nonce = randomBytes(16).toString("base64");
    // The page may talk to nobody else, whatever a label says.
    const policy = `default-src 'none'; script-src 'self' 'nonce-${nonce}'; style-src 'self'; connect-src 'self'; img-src data:`;
    response.setHeader("content-security-policy", policy);
    send(response, 200, "text/html", read("page/index.html").replace("NONCE", nonce));
  } else if (path === "/picture.json") {
    send(response, 200, "application/json", JSON.stringify(await takePicture(options)));
  } else if (path === "/uplot.js") {
    send(response, 200, "text/javascript", readModule("uplot/dist/uPlot.esm.js"));
  } else if (path === "/uplot.css") {
    send(response, 200, "text/css", readModule("uplot/dist/uPlot.min.css"));
  } else if (path === "/preview.css") {
    send(response, 200, "text/css", read("page/preview.css"));
  } else if (/^\/[a-z-]+\.js$/.test(path)) {
    send(response, 200, "text/javascript", read(`page/dist${path}`));
  } else {
    send(response, 404, "text/plain", "There is no such page");
  }
}

function takePicture({ dashboard: path, prometheus, from, to, choices = {}, scrapeSeconds = 15 }: PreviewOptions) {
  const dashboard = readPreviewedDashboard(path);
  const range = readTimeRange(from ?? dashboard.time.from, to ?? dashboard.time.to, Date.now() / 1000);
  return takeDashboardPicture(dashboard, prometheusAnswers(prometheus), { range, choices, scrapeSeconds });
}

function read(path: string): string {
  return readFileSync(new URL(path, import.meta.url), "utf8");
}

function readModule(path: string): string {
  return readFileSync(new URL(import.meta.resolve(path)), "utf8");
}

function send(response: ServerResponse, status: number, type: string, body: string): void {
  response.writeHead(status, { "content-type": `${type}; charset=utf-8`, "cache-control": "no-store" }).end(body);
}
