import { once } from "node:events";
import { connect } from "node:net";
import { parentPort, workerData } from "node:worker_threads";

/** A client of its own that pings once a millisecond, until it is told to stop; then it answers with what it saw. */
const socket = connect(workerData as number, "127.0.0.1").setNoDelay(true);
await once(socket, "connect");
let pinging = true;
parentPort?.once("message", () => {
  pinging = false;
});
parentPort?.postMessage("ready");

/** When each ping was sent, in milliseconds since the epoch, and how long its answer took. */
const pings: [sentAt: number, ms: number][] = [];
while (pinging) {
  const sentAt = performance.now();
  socket.write("PING\r\n");
  await once(socket, "data");
  pings.push([performance.timeOrigin + sentAt, performance.now() - sentAt]);
  await new Promise((resolve) => setTimeout(resolve, 1));
}
socket.destroy();
parentPort?.postMessage(pings);
