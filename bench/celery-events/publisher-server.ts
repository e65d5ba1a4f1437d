import { randomUUID } from "node:crypto";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as wait } from "node:timers/promises";
import { Redis } from "ioredis";

/**
 * A process that publishes events as a platform of Celery does: `task-sent` one by one from producers, what workers say of tasks in batches, in
 * kombu's envelopes. `/publish?rate=5000&seconds=10` publishes so many events per second, and answers when it is done.
 */
const [url = ""] = process.argv.slice(2);
const redis = new Redis(url);
const WORKERS = 8;
const NAMES = 20;
const TICK_MS = 10;
/** Of one task: sent, received, started, succeeded. */
const EVENTS_PER_TASK = 4;
const BATCH = 24;

interface Worker {
  readonly hostname: string;
  readonly pid: number;
  clock: number;
  processed: number;
  batch: object[];
}

const workers: readonly Worker[] = Array.from({ length: WORKERS }, (_, index) => ({
  hostname: `celery@worker-${index}`,
  pid: 100 + index,
  clock: 0,
  processed: 0,
  batch: [],
}));
let sentClock = 0;
let published = 0;

function publish(type: string, hostname: string, body: unknown): void {
  const routingKey = type.replace("-", ".");
  const message = JSON.stringify({
    body: Buffer.from(JSON.stringify(body)).toString("base64"),
    "content-encoding": "utf-8",
    "content-type": "application/json",
    headers: { hostname },
    properties: {
      delivery_mode: 1,
      delivery_info: { exchange: "celeryev", routing_key: routingKey },
      priority: 0,
      body_encoding: "base64",
      delivery_tag: randomUUID(),
    },
  });
  void redis.publish(`/0.celeryev/${routingKey}`, message);
}

function stamp(worker: Worker): object {
  worker.clock += 1;
  return { hostname: worker.hostname, utcoffset: 0, pid: worker.pid, clock: worker.clock };
}

function say(worker: Worker, type: string, fields: object): void {
  worker.batch.push({ ...stamp(worker), ...fields, timestamp: Date.now() / 1000, type });
  if (worker.batch.length >= BATCH) flush(worker);
}

function flush(worker: Worker): void {
  if (worker.batch.length > 0) publish("task-multi", worker.hostname, worker.batch);
  worker.batch = [];
}

function runTask(): void {
  const uuid = randomUUID();
  const name = `orders.step_${published % NAMES}`;
  const worker = workers[published % WORKERS] as Worker;
  published += 1;
  sentClock += 1;
  const common = { uuid, root_id: uuid, parent_id: null, name, args: "(17, 'standard')", kwargs: "{'retry': False}" };
  const plan = { retries: 0, eta: null, expires: null };
  const hostname = "gen4711@api-1";
  const queue = `queue-${published % 4}`;
  publish("task-sent", hostname, {
    ...{ hostname, utcoffset: 0, pid: 4711, clock: sentClock, ...common, ...plan },
    ...{ queue, exchange: "", routing_key: queue, timestamp: Date.now() / 1000, type: "task-sent" },
  });
  say(worker, "task-received", { ...common, ...plan });
  say(worker, "task-started", { uuid });
  worker.processed += 1;
  say(worker, "task-succeeded", { uuid, result: "{'status': 'sent'}", runtime: 0.0123 });
}

function beat(): void {
  for (const worker of workers) {
    publish("worker-heartbeat", worker.hostname, {
      ...stamp(worker),
      ...{ freq: 2, active: 0, processed: worker.processed, loadavg: [0.5, 0.4, 0.3], sw_ident: "py-celery" },
      ...{ sw_ver: "5.7.0", sw_sys: "Linux", timestamp: Date.now() / 1000, type: "worker-heartbeat" },
    });
  }
}

async function run(rate: number, seconds: number): Promise<{ tasks: number; seconds: number }> {
  const tasks = Math.round((rate * seconds) / EVENTS_PER_TASK);
  const startedAt = performance.now();
  for (let done = 0; done < tasks; ) {
    const due = Math.min(tasks, Math.ceil(((performance.now() - startedAt) / 1000) * (rate / EVENTS_PER_TASK)));
    for (; done < due; done++) runTask();
    for (const worker of workers) flush(worker);
    await wait(TICK_MS);
  }
  await redis.ping();
  return { tasks, seconds: (performance.now() - startedAt) / 1000 };
}

beat();
const heart = setInterval(beat, 2000);
const server = createServer((request, response) => {
  const { searchParams } = new URL(request.url ?? "/", "http://localhost");
  run(Number(searchParams.get("rate")), Number(searchParams.get("seconds"))).then(
    (done) => response.end(JSON.stringify(done)),
    (error) => response.writeHead(500).end(String(error)),
  );
}).listen(0, "127.0.0.1", () => process.stdout.write(`port ${(server.address() as AddressInfo).port}\n`));
process.once("SIGTERM", () => {
  clearInterval(heart);
  server.closeAllConnections();
  server.close();
  redis.disconnect();
});
