import { Agent, get } from "node:http";

/** A scraper that asks as Prometheus does: one kept connection per target, gzip accepted. */
export interface Scraper extends Disposable {
  /** Fetches the page and answers how long that took, from the request to the last byte, in milliseconds. */
  scrape(url: string): Promise<number>;
  /** Bytes of the last page, as they came over the wire. */
  readonly lastBytes: number;
}

/** Makes a scraper; its connections stay open until it is disposed of. */
export function createScraper(): Scraper {
  const agent = new Agent({ keepAlive: true });
  let lastBytes = 0;
  return {
    scrape: (url) =>
      new Promise((resolve, reject) => {
        const startedAt = performance.now();
        const request = get(url, { agent, headers: { "accept-encoding": "gzip" } }, (response) => {
          let bytes = 0;
          response.on("data", (chunk: Buffer) => {
            bytes += chunk.length;
          });
          response.once("error", reject).once("end", () => {
            const took = performance.now() - startedAt;
            lastBytes = bytes;
            if (response.statusCode === 200) resolve(took);
            else reject(new Error(`${url} answered ${response.statusCode}`));
          });
        });
        request.once("error", reject);
      }),
    get lastBytes() {
      return lastBytes;
    },
    [Symbol.dispose]: () => agent.destroy(),
  };
}
