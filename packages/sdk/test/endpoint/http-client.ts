import { type Agent, type IncomingHttpHeaders, type RequestOptions, request } from "node:http";
import { request as secureRequest } from "node:https";

/** One complete HTTP answer. */
export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  readonly text: string;
}

export interface AskOptions {
  readonly method?: string;
  readonly headers?: Record<string, string>;
  readonly body?: string | Buffer;
  readonly agent?: Agent;
  /** Certificate authority to trust, and client credentials, for https. */
  readonly tls?: { readonly ca: string; readonly cert?: string; readonly key?: string };
}

/** Asks once, on a connection of its own unless an agent is given; rejects when the answer is cut short. */
export function ask(url: string, options: AskOptions = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const settings: RequestOptions = {
      method: options.method ?? "GET",
      headers: options.headers ?? {},
      agent: options.agent ?? false,
      ...options.tls,
    };
    const outgoing = (url.startsWith("https:") ? secureRequest : request)(url, settings, (incoming) => {
      const chunks: Buffer[] = [];
      incoming.on("data", (chunk: Buffer) => chunks.push(chunk));
      incoming.on("error", reject);
      incoming.on("end", () => {
        const body = Buffer.concat(chunks);
        resolve({ status: incoming.statusCode ?? 0, headers: incoming.headers, body, text: body.toString("utf8") });
      });
    });
    outgoing.on("error", reject);
    outgoing.end(options.body);
  });
}
