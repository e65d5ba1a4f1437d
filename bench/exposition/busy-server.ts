import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { promisify } from "node:util";
import { constants, gzip } from "node:zlib";
import { createWriter, type WriterName } from "./writers.ts";

/**
 * A process that works while it is scraped: short jobs, one after the other, each recorded to some label sets.
 * `/metrics` is the page, `/stall` answers the longest stall of the event loop, in milliseconds, since it was last
 * asked.
 */
const [name, sets] = process.argv.slice(2);
const count = Number(sets);
const writer = createWriter(name as WriterName, count, 10);
const delay = monitorEventLoopDelay({ resolution: 1 });
delay.enable();

let job = 0;
function work(): void {
  const end = performance.now() + 0.2;
  do {
    job++;
    for (let index = 0; index < 10; index++) writer.record((job * 10 + index) % count, job);
  } while (performance.now() < end);
  // Half of the time is left to others, as in a worker that waits for its database.
  if (running) setTimeout(work, 1);
}
let running = true;
work();

const options = { level: constants.Z_BEST_SPEED };
const server = createServer(async (request, response) => {
  if (request.url === "/stall") {
    response.end(JSON.stringify(delay.max / 1e6));
    delay.reset();
    return;
  }
  response.setHeader("content-type", "text/plain; version=0.0.4; charset=utf-8");
  const zipped = request.headers["accept-encoding"]?.includes("gzip") === true;
  if (zipped) response.setHeader("content-encoding", "gzip");
  if (zipped && writer.renderGzip !== undefined) await pipeline(Readable.from(await writer.renderGzip()), response);
  else {
    const page = await writer.render();
    const text = typeof page === "string" ? page : Buffer.concat(page);
    response.end(zipped ? await promisify(gzip)(text, options) : text);
  }
}).listen(0, "127.0.0.1", () => {
  process.stdout.write(`port ${(server.address() as AddressInfo).port}\n`);
});
process.once("SIGTERM", () => {
  running = false;
  server.closeAllConnections();
  server.close();
});
