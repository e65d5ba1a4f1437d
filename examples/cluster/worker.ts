import { once } from "node:events";
import { createServer, type ServerResponse } from "node:http";
import { listMails } from "taskvitals-example-spam-classifier";
import { createMailCheck } from "./mail-check.ts";
import { readSettings } from "./settings.ts";
import { startVitals } from "./start-vitals.ts";
import { stopSignal } from "./stop-signal.ts";

const { host, port } = readSettings(process.env);
const stopped = stopSignal();
const vitals = await startVitals();
const classify = vitals.tasks.wrap("classify_mail", await createMailCheck(await listMails()));

function answer(response: ServerResponse, status: number, content: object): void {
  response.writeHead(status, { "content-type": "application/json" });
  response.end(JSON.stringify({ ...content, worker: process.pid }));
}

const server = createServer(async (request, response) => {
  if (request.url === "/metrics/shared") return vitals.sharedHandlers.node(request, response);
  const [, mail] = /^\/mails\/(\d{1,6})$/.exec(request.url ?? "") ?? [];
  if (mail === undefined) return answer(response, 404, { error: "Try /mails/0 to /mails/6045, or /metrics/shared" });
  try {
    answer(response, 200, { spam: await classify(Number(mail)) });
  } catch (error) {
    answer(response, 422, { error: (error as Error).name });
  }
});
server.listen(port, host);

await stopped;
server.close();
await once(server, "close");
await vitals.shutdown();
// Node.js holds a worker of a cluster until its channel is closed. What it has counted is with the primary by now.
process.disconnect();
