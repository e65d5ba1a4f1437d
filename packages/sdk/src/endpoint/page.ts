import { promisify } from "node:util";
import { constants, gunzip, gzip } from "node:zlib";

const gzipAsync = promisify(gzip);
const gunzipAsync = promisify(gunzip);

/** Below this many bytes a page fits into one packet either way. */
const MIN_GZIP_BYTES = 512;

/** What a page is made from: its text, the text's UTF-8 bytes, or those bytes compressed already. */
export type PageContent = string | Buffer | { readonly gzipped: Buffer };

/** One finished metrics page. The scrapes that share a collection share its bytes, plain and compressed. */
export interface Page {
  /** Whether the page is compressed already, or large enough to gain by it. */
  readonly worthGzip: boolean;
  /** The page as UTF-8 text. Rejects when zlib fails. */
  plain(): Promise<Buffer>;
  /** The page compressed. Rejects when zlib fails. */
  gzipped(): Promise<Buffer>;
}

/** Wraps the content of a page. What has to be compressed or expanded is so once for all callers, outside the main thread. */
export function createPage(content: PageContent): Page {
  if (typeof content === "object" && "gzipped" in content) {
    let expanded: Promise<Buffer> | undefined;
    return {
      worthGzip: true,
      plain: () => {
        expanded ??= gunzipAsync(content.gzipped);
        return expanded;
      },
      gzipped: async () => content.gzipped,
    };
  }
  const plain = typeof content === "string" ? Buffer.from(content, "utf8") : content;
  let compressed: Promise<Buffer> | undefined;
  return {
    worthGzip: plain.length >= MIN_GZIP_BYTES,
    plain: async () => plain,
    gzipped: () => {
      // The fastest level: a page repeats itself so much that higher ones buy little for several times the CPU.
      compressed ??= gzipAsync(plain, { level: constants.Z_BEST_SPEED });
      return compressed;
    },
  };
}
