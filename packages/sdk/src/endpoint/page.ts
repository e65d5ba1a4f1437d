import { promisify } from "node:util";
import { constants, gzip } from "node:zlib";

const gzipAsync = promisify(gzip);

/** One finished metrics page. The scrapes that share a collection share its bytes, plain and compressed. */
export interface Page {
  /** The page as UTF-8 text. */
  readonly plain: Buffer;
  /** The page compressed, once for all callers, outside the main thread. Rejects when zlib fails. */
  gzipped(): Promise<Buffer>;
}

/** Wraps the text of a page. */
export function createPage(text: string | Buffer): Page {
  const plain = typeof text === "string" ? Buffer.from(text, "utf8") : text;
  let compressed: Promise<Buffer> | undefined;
  return {
    plain,
    gzipped() {
      // The fastest level: a page repeats itself so much that higher ones buy little for several times the CPU.
      compressed ??= gzipAsync(plain, { level: constants.Z_BEST_SPEED });
      return compressed;
    },
  };
}
