import { once } from "node:events";
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from "node:http";
import { createServer as createSecureServer } from "node:https";
import type { AddressInfo, Socket } from "node:net";
import { gunzipSync } from "node:zlib";
import { decodeOtlp, type OtlpMessage, type OtlpMetric, type OtlpPoint } from "./otlp-message.ts";

/** One push as it arrived. */
export interface OtlpExport extends OtlpMessage {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
}

/** A receiver of OTLP metrics, protobuf over HTTP, on loopback. */
export interface OtlpReceiver extends AsyncDisposable {
  /** Where a Collector would take metrics: `http://127.0.0.1:<port>/v1/metrics`, or https. */
  readonly url: string;
  /** The same without the path. */
  readonly origin: string;
  /** The pushes that were accepted, in order. */
  readonly exports: readonly OtlpExport[];
  /** Number of requests that arrived, whatever became of them. */
  readonly requests: number;
  /** Answers from now on with this status, or never. 200 at first; what is answered otherwise is not kept. Default: no body. */
  answer(status: number | "never", headers?: Readonly<Record<string, string>>, body?: Uint8Array): void;
  /** Every metric of this name that was accepted, in order. */
  metrics(name: string): readonly OtlpMetric[];
  /** The last accepted point with exactly these labels. */
  last(name: string, labels?: OtlpPoint["labels"]): OtlpPoint | undefined;
  /** Refuses connections from now on and cuts those there are. */
  close(): Promise<void>;
  /** Listens again on the same port. */
  reopen(): Promise<void>;
}

/** How a receiver is started. */
export interface OtlpReceiverOptions {
  /** Certificate and key, PEM, to speak https with; with `ca` it wants a certificate of the client that this has signed. */
  readonly tls?: { readonly cert: string; readonly key: string; readonly ca?: string };
}

/** Starts a receiver on a free port. */
export async function startOtlpReceiver({ tls }: OtlpReceiverOptions = {}): Promise<OtlpReceiver> {
  const exports: OtlpExport[] = [];
  const sockets = new Set<Socket>();
  let answer: {
    readonly status: number | "never";
    readonly headers: Readonly<Record<string, string>>;
    readonly body?: Uint8Array | undefined;
  } = { status: 200, headers: {} };
  let requests = 0;

  const receive = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    requests += 1;
    const chunks: Buffer[] = [];
    for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
    const { status, headers } = answer;
    if (status === "never") return;
    const given = answer.body;
    const body = Buffer.concat(chunks);
    if (status === 200) {
      const message = decodeOtlp(request.headers["content-encoding"] === "gzip" ? gunzipSync(body) : body);
      exports.push({ ...message, path: request.url ?? "", headers: request.headers });
    }
    response.writeHead(status, headers).end(given);
  };
  const onRequest = (request: IncomingMessage, response: ServerResponse): void => {
    // A connection that is cut in the middle of a push is what some tests do.
    receive(request, response).catch(() => response.destroy());
  };
  const server =
    tls === undefined
      ? createServer(onRequest)
      : createSecureServer({ ...tls, requestCert: tls.ca !== undefined }, onRequest);
  server.on("connection", (socket) => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
  });
  const listen = async (port: number): Promise<void> => {
    server.listen(port, "127.0.0.1");
    await once(server, "listening");
  };
  const close = async (): Promise<void> => {
    if (!server.listening) return;
    const closed = once(server, "close");
    server.close();
    for (const socket of sockets) socket.destroy();
    await closed;
  };
  await listen(0);
  const { port } = server.address() as AddressInfo;
  const origin = `${tls === undefined ? "http" : "https"}://127.0.0.1:${port}`;
  const metrics = (name: string): OtlpMetric[] =>
    exports.flatMap((one) => one.metrics.filter((metric) => metric.name === name));
  return {
    url: `${origin}/v1/metrics`,
    origin,
    exports,
    get requests() {
      return requests;
    },
    answer: (status, headers = {}, body) => {
      answer = { status, headers, body };
    },
    metrics,
    last: (name, labels = {}) => {
      const wanted = canonical(labels);
      const points = metrics(name).flatMap((metric) => metric.points);
      return points.findLast((point) => canonical(point.labels) === wanted);
    },
    close,
    reopen: () => listen(port),
    [Symbol.asyncDispose]: close,
  };
}

function canonical(labels: OtlpPoint["labels"]): string {
  return JSON.stringify(Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1)));
}
