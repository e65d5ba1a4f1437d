import { observeQueue } from "@taskvitals/bullmq";
import type { Queue } from "bullmq";
import { Redis } from "ioredis";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { freePort, type RedisServer, startRedis } from "../../../test/services/index.ts";
import { startVitals } from "./start-vitals.ts";

let server: RedisServer;
let admin: Redis;
beforeAll(async () => {
  server = await startRedis();
  admin = new Redis(server.url);
});
afterAll(async () => {
  admin?.disconnect();
  await server?.stop();
});

async function clientCount(): Promise<number> {
  return Number(/^connected_clients:(\d+)/m.exec(await admin.info("clients"))?.[1]);
}

type Bullmq = typeof import("bullmq");

describe.each([5, 6])("a queue of BullMQ %d", (major) => {
  async function open(name: string, port = server.port, options: { prefix?: string } = {}): Promise<Queue> {
    // What both versions are used for here is typed alike.
    const bullmq = major === 6 ? await import("bullmq") : ((await import("bullmq-5")) as unknown as Bullmq);
    const queue = new bullmq.Queue(name, { connection: { host: server.host, port }, ...options });
    queue.on("error", () => {});
    onTestFinished(() => queue.close());
    return queue;
  }

  test("is read over the connection that it has, and over none once it is detached", async () => {
    const name = `mails-${major}`;
    const queue = await open(name, server.port, { prefix: "{acme}" });
    await queue.add("send", {});
    await queue.add("send", {}, { delay: 60_000 });
    const { vitals, scrape, warnings } = await startVitals();
    const before = await clientCount();
    const observation = observeQueue(queue, vitals.queues);
    expect(vitals.queues.list()).toEqual([name]);
    const length = async (): Promise<number | undefined> =>
      (await scrape()).value("task_queue_length", { queue: name });
    await expect.poll(length).toBe(1);
    const page = await scrape();
    expect(page.value("task_queue_tasks", { queue: name, state: "delayed" })).toBe(1);
    expect(page.value("task_broker_up", { broker: "default" })).toBe(1);
    // One of an earlier test may just have gone.
    expect(await clientCount()).toBeLessThanOrEqual(before);

    await queue.pause();
    await expect.poll(async () => (await scrape()).value("task_queue_paused", { queue: name })).toBe(1);
    observation.detach();
    observation.detach();
    expect(vitals.queues.list()).toEqual([]);
    const after = await scrape();
    expect(after.series("task_queue_length")).toEqual([]);
    expect(after.series("task_broker_up")).toEqual([]);
    expect(await queue.count()).toBe(2);
    expect(warnings).toEqual([]);
  });

  test("has the label and the broker it is given; one broker tells its health once, however many connections it has", async () => {
    const [one, other, third] = [await open(`a-${major}`), await open(`b-${major}`), await open(`c-${major}`)];
    await one.add("send", {});
    const { vitals, scrape } = await startVitals({ redis: server.url, queues: [`bullmq:a-${major}`] });
    expect(() => observeQueue(one, vitals.queues)).toThrow(/would both have the label/);
    observeQueue(one, vitals.queues, { label: "acme" });
    observeQueue(other, vitals.queues, { broker: "jobs" });
    observeQueue(third, vitals.queues, { broker: "jobs" });
    const lengths = async (): Promise<(number | undefined)[]> => {
      const page = await scrape();
      return [`a-${major}`, "acme", `b-${major}`, `c-${major}`].map((queue) =>
        page.value("task_queue_length", { queue }),
      );
    };
    await expect.poll(lengths).toEqual([1, 1, 0, 0]);
    const brokers = (await scrape()).series("task_broker_up").map(({ broker }) => broker);
    expect(brokers.sort()).toEqual(["default", "jobs"]);
  });

  test("whose Redis is not there yet has no sample, and one as soon as it is", async () => {
    const port = await freePort();
    const name = `late-${major}`;
    const queue = await open(name, port);
    const { vitals, scrape } = await startVitals();
    observeQueue(queue, vitals.queues);
    const page = await scrape();
    expect(page.value("task_queue_length", { queue: name })).toBeUndefined();
    expect(page.value("task_queue_read_error_total", { queue: name, reason: "refused" })).toBe(1);
    await using late = await startRedis({ port });
    expect(late.port).toBe(port);
    await expect
      .poll(async () => (await scrape()).value("task_queue_length", { queue: name }), { timeout: 20_000 })
      .toBe(0);
    await vitals.shutdown();
    await queue.close();
  });

  test("several that share a client of the application's share the reading, and leave no listener on it", async () => {
    const bullmq = major === 6 ? await import("bullmq") : ((await import("bullmq-5")) as unknown as Bullmq);
    const client = new Redis(server.url, { maxRetriesPerRequest: null });
    const connection = client as unknown as NonNullable<ConstructorParameters<typeof Queue>[1]>["connection"];
    const queues = ["x", "y", "z"].map((name) => new bullmq.Queue(`${name}-${major}`, { connection }));
    await Promise.all(queues.map((queue) => queue.waitUntilReady()));
    onTestFinished(async () => {
      for (const queue of queues) await queue.close();
      client.disconnect();
    });
    const listeners = (): Record<string, number> =>
      Object.fromEntries(["error", "ready", "close", "end"].map((event) => [event, client.listenerCount(event)]));
    const before = listeners();
    const { vitals, scrape } = await startVitals();
    const observations = queues.map((queue) => observeQueue(queue, vitals.queues));
    await expect.poll(async () => (await scrape()).series("task_queue_length").length).toBe(3);
    await admin.config("RESETSTAT");
    vitals.queues.remove(vitals.queues.add("bullmq:other", client));
    await scrape();
    expect(await admin.info("commandstats")).toMatch(/^cmdstat_ping:calls=1,/m);
    for (const observation of observations) observation.detach();
    expect((await scrape()).series("task_queue_length")).toEqual([]);
    expect(listeners()).toEqual(before);
    expect(client.status).toBe("ready");
  });
});

test("what is no queue is refused", async () => {
  const { vitals } = await startVitals();
  for (const queue of [undefined, {}, { name: "mails", qualifiedName: "bull:mails" }]) {
    expect(() => observeQueue(queue as never, vitals.queues)).toThrow(
      /expected a Queue of BullMQ 5 or 6 that lives in Redis/,
    );
  }
  const queue = { name: "mails", qualifiedName: "bull:mails", client: Promise.reject(new Error("closed")) };
  expect(() => observeQueue(queue, undefined as never)).toThrow(/expected vitals.queues/);
});

test("a queue of BullMQ 6 over a client that is none of ioredis is not read, which is said once", async () => {
  const { vitals, scrape, warnings } = await startVitals();
  const client = Promise.resolve({ runCommand: () => {}, status: "ready" });
  observeQueue({ name: "mails", qualifiedName: "bull:mails", getBackend: () => ({ client }) }, vitals.queues);
  await expect.poll(() => warnings.join()).toContain("expected a queue whose connection is one of ioredis");
  expect((await scrape()).series("task_queue_length")).toEqual([]);
});
