import { finished } from "node:stream/promises";
import { constants, createGzip, type Gzip, gunzipSync } from "node:zlib";

/** How a page is encoded: `gzip` as in `Content-Encoding: gzip`. */
export type PageEncoding = "identity" | "gzip";

/** Takes a page chunk by chunk. */
export interface PageSink {
  /** Resolves to a chunk, this one or one before, whose memory may be used again; to nothing when it is kept. */
  write(chunk: Buffer): Promise<Buffer | undefined>;
  /** The page as it is sent. */
  end(): Promise<readonly Buffer[]>;
}

/** A sink of this encoding, for one page. */
export function createSink(encoding: PageEncoding): PageSink {
  return encoding === "gzip" ? new GzipSink() : new PlainSink();
}

/** The text of a page that was encoded so. */
export function decode(chunks: readonly Buffer[], encoding: PageEncoding): string {
  const bytes = Buffer.concat(chunks);
  return (encoding === "gzip" ? gunzipSync(bytes) : bytes).toString("utf8");
}

class PlainSink implements PageSink {
  readonly #chunks: Buffer[] = [];

  async write(chunk: Buffer): Promise<undefined> {
    this.#chunks.push(chunk);
  }

  async end(): Promise<readonly Buffer[]> {
    return this.#chunks;
  }
}

/**
 * Compresses in zlib's thread while the next chunk is rendered, so that two chunks are all the text that is ever in
 * memory. A whole page of many megabytes at each scrape would make V8 collect its whole heap each time, for longer than
 * a slice may take.
 */
class GzipSink implements PageSink {
  readonly #gzip: Gzip = createGzip({ level: constants.Z_BEST_SPEED, chunkSize: 64 * 1024 });
  readonly #compressed: Buffer[] = [];
  readonly #finished: Promise<void>;
  #pending: { readonly chunk: Buffer; readonly consumed: Promise<void> } | undefined;

  constructor() {
    this.#gzip.on("data", (chunk: Buffer) => this.#compressed.push(chunk));
    this.#finished = finished(this.#gzip);
    // Whoever waits for the end is told; until then a failure must not count as unhandled.
    this.#finished.catch(() => {});
  }

  async write(chunk: Buffer): Promise<Buffer | undefined> {
    const before = this.#pending;
    const { promise: consumed, resolve } = Promise.withResolvers<void>();
    this.#pending = { chunk, consumed };
    // Called with an error as well, which `finished` reports.
    this.#gzip.write(chunk, () => resolve());
    await before?.consumed;
    return before?.chunk;
  }

  async end(): Promise<readonly Buffer[]> {
    this.#gzip.end();
    await this.#finished;
    return this.#compressed;
  }
}
