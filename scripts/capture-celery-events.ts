import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { Redis } from "ioredis";
import { startCeleryPlatform } from "../test/frameworks/celery/celery-platform.ts";
import { startRedis, waitUntil } from "../test/services/index.ts";

// Writes the events that the unit tests read, as the installed Celery publishes them:
//   node scripts/capture-celery-events.ts
const file = new URL("../packages/redis/test/celery-events/captured-events.json", import.meta.url);

interface Captured {
  /** Unix time of its arrival, in milliseconds. */
  readonly at: number;
  readonly channel: string;
  readonly message: string;
}

await using server = await startRedis();
const captured: Captured[] = [];
const subscriber = new Redis(server.url);
await subscriber.psubscribe("*/0.celeryev/*");
subscriber.on("pmessage", (_, channel, message) =>
  captured.push({ at: Date.now(), channel, message: withoutMachine(message) }),
);
const seen = (channel: string): number => captured.filter((one) => one.channel.endsWith(channel)).length;
{
  await using platform = await startCeleryPlatform(server, { sentEvents: true });
  await platform.start("a", { queues: "mails", pool: "prefork" });
  await platform.start("b", { queues: "orders", pool: "threads" });
  await waitUntil(() => seen("worker.online") === 2, { what: "both workers", timeoutMs: 30_000 });
  const mails = { queue: "mails" };
  const orders = { queue: "orders" };
  const ids = await platform.send([
    { task: "work", args: [0.05], options: mails },
    { task: "work", args: [0.05], options: mails },
    { task: "work", args: [0.01], options: mails },
    { task: "fail", args: ["OutOfMemory", 0.03], options: mails },
    { task: "again", args: [1], options: orders },
    { task: "ignored", options: orders },
    { task: "rejected", options: orders },
    { task: "work", args: [0], options: { ...orders, countdown: 1 } },
    { task: "work", args: [60], options: mails },
  ]);
  await platform.sendChord(2, "mails");
  await waitUntil(async () => (await platform.truth()).length === 10, { what: "the tasks to end", timeoutMs: 20_000 });
  const heartbeats = seen("worker.heartbeat");
  await waitUntil(() => seen("worker.heartbeat") >= heartbeats + 2, { what: "heartbeats" });
  await platform.revoke(ids.at(-1) ?? "", true);
  await waitUntil(() => seen("worker.heartbeat") >= heartbeats + 12, { what: "heartbeats", timeoutMs: 20_000 });
  await platform.stop();
  await waitUntil(() => seen("worker.offline") === 2, { what: "both workers to say that they end" });
}
subscriber.disconnect();
writeFileSync(file, `${JSON.stringify(captured, null, 2)}\n`);
process.stdout.write(`${captured.length} messages in ${fileURLToPath(file)}\n`);

/** Paths and host names of the machine that captures are nobody's business. */
function withoutMachine(message: string): string {
  const envelope = JSON.parse(message) as { body: string; headers: object };
  const body = Buffer.from(envelope.body, "base64").toString();
  const events = JSON.parse(body, (field, value: unknown) => {
    if (typeof value !== "string") return value;
    if (field === "traceback") return `Traceback (most recent call last):\n${value.trimEnd().split("\n").at(-1)}\n`;
    return field === "hostname" ? withoutHost(value) : value;
  }) as unknown;
  const headers = { ...envelope.headers, ...("hostname" in envelope.headers && { hostname: "generated@host" }) };
  return JSON.stringify({ ...envelope, headers, body: Buffer.from(JSON.stringify(events)).toString("base64") });
}

function withoutHost(node: string): string {
  return node.replace(/@.*$/, "@host");
}
