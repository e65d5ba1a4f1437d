import { readFile } from "node:fs/promises";
import { parseQueue } from "@taskvitals/redis";
import { Redis } from "ioredis";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import {
  type CeleryConfiguration,
  type CeleryQueues,
  celerySubject,
  startCelery,
} from "../../../../test/frameworks/celery/celery-subject.ts";
import { type RedisServer, startRedis } from "../../../../test/services/index.ts";
import { celery as layout } from "../../src/layouts/celery.ts";
import { eventually } from "../eventually.ts";
import { exerciseQueueReader } from "../exercise-queue-reader.ts";
import { openBroker } from "../open-broker.ts";
import { type Description, expectAgeSince, openQueues } from "./open-queues.ts";

exerciseQueueReader(celerySubject);

describe("a queue of Celery", () => {
  let server: RedisServer;
  let redis: Redis;
  let celery: CeleryQueues;

  beforeAll(async () => {
    server = await startRedis();
    redis = new Redis(server.url);
    celery = await startCelery(server);
  });
  afterEach(async () => {
    await celery.stop("SIGKILL");
    await redis.flushall();
  });
  afterAll(async () => {
    await celery?.[Symbol.asyncDispose]();
    redis.disconnect();
    await server.stop();
  });

  const read = async (queue: Description = "celery:jobs") => {
    await using queues = await openQueues(server.url, queue);
    return await queues.read();
  };
  const age = async (): Promise<number | undefined> => (await read()).oldestAgeSeconds;
  /** When the message that is taken next from a list was sent, Unix seconds, as its header says. */
  const sentAt = async (list = "jobs"): Promise<number> =>
    JSON.parse((await redis.lindex(list, -1)) ?? "").headers.taskvitals_enqueued_at;
  const reasons = async (queue?: Description) => (await read(queue)).problems.map(({ reason }) => reason);
  const unacked = async (...descriptions: readonly Description[]): Promise<number | undefined> => {
    await using broker = await openBroker(server.url, []);
    for (const description of descriptions) broker.add(parseQueue(description as string, "queues"));
    return (await broker.read()).unacked;
  };

  it("is read on the versions that the layout names", () => {
    expect(celery.version).toBe(layout.verifiedOn);
  });

  it("is sent to with the hook that the documentation shows", async () => {
    const [page, hook] = await Promise.all([
      readFile(new URL("../../../../docs/queues/celery.md", import.meta.url), "utf8"),
      readFile(new URL("../../../../test/frameworks/celery/enqueued_at.py", import.meta.url), "utf8"),
    ]);
    expect(page).toContain(`\`\`\`python\n${hook.trimEnd()}\n\`\`\`\n`);
  });

  it("has the tasks of all priorities", async () => {
    for (const priority of [undefined, 0, 1, 3, 5, 9]) await celery.put("jobs", { priority });
    expect(await redis.llen("jobs")).toBe(3);
    expect((await read()).ready).toBe(6);
    expect(await celery.ready("jobs")).toBe(6);
  });

  it("leaves what workers hold to the broker, which cannot tell whose it is", async () => {
    await celery.add("jobs", 3);
    await celery.add("mails", 2);
    expect(await unacked("celery:jobs", "celery:mails")).toBe(0);
    await celery.take("jobs", 2);
    await celery.take("mails", 1);
    expect(await read()).toMatchObject({ ready: 1, states: {}, problems: [] });
    expect(await unacked("celery:jobs", "celery:mails")).toBe(3);
    // Killed, a worker leaves its tasks there until another one restores them.
    await celery.stop("SIGKILL");
    expect(await unacked("celery:jobs")).toBe(3);
  });

  it("has a task for later ready until a worker takes it, which holds it then", async () => {
    await celery.put("jobs", { countdown: 600 });
    expect(await read()).toMatchObject({ ready: 1, oldestAgeSeconds: 0 });
    expect(await celery.ready("jobs")).toBe(1);
    await celery.take("jobs", 1);
    expect(await read()).toMatchObject({ ready: 0, oldestAgeSeconds: 0 });
    expect(await unacked("celery:jobs")).toBe(1);
  });

  it("has the oldest among all priorities, which is not the most urgent", async () => {
    await celery.put("jobs", { priority: 9 });
    await eventually(age).toBeGreaterThan(1);
    await celery.put("jobs", { priority: 9 });
    await celery.put("jobs");
    await expectAgeSince(await sentAt("jobs\x06\x169"), age);
    expect(await sentAt()).toBeGreaterThan((await sentAt("jobs\x06\x169")) + 1);
    // A worker takes the one without a priority first.
    await celery.take("jobs", 2);
    expect(await celery.ready("jobs")).toBe(1);
    expect(await redis.llen("jobs")).toBe(0);
    await expectAgeSince(await sentAt("jobs\x06\x169"), age);
  });

  it("has a task ready since it was due, and looks behind those that are not", async () => {
    await celery.put("jobs", { countdown: 600 });
    await celery.put("jobs", { countdown: 1 });
    await celery.put("jobs");
    await eventually(age).toBeGreaterThan(1.5);
    await redis.rpop("jobs");
    await expectAgeSince(await sentAt(), age);
    // Without the plain one, which is as old: since a second later.
    await redis.lpop("jobs");
    await expectAgeSince((await sentAt()) + 1, age);
  });

  it("knows no age behind three tasks that are not due", async () => {
    for (let later = 0; later < 3; later++) await celery.put("jobs", { countdown: 600 });
    expect((await read()).oldestAgeSeconds).toBe(0);
    await celery.put("jobs");
    expect(await read()).toMatchObject({ ready: 4, oldestAgeSeconds: undefined });
  });

  it("does not look at a message above the limit, and knows no age then", async () => {
    await celery.put("jobs", { text: "x".repeat(1000) });
    const size = (await redis.lindex("jobs", 0))?.length ?? 0;
    const limited = (maxPayloadBytes: number) => read({ layout: "celery", name: "jobs", maxPayloadBytes });
    await expectAgeSince(await sentAt(), async () => (await limited(size)).oldestAgeSeconds);
    expect(await limited(size - 1)).toMatchObject({ ready: 1, oldestAgeSeconds: undefined, problems: [] });
  });

  it("knows no age of a task that was sent without the header, whatever its arguments say", async () => {
    await using plain = await startCelery(server, { stamped: false });
    expect((await read()).oldestAgeSeconds).toBe(0);
    await plain.put("jobs", { text: '{"taskvitals_enqueued_at": 1700000000.5}' });
    expect(await redis.lindex("jobs", 0)).toContain("1700000000.5");
    expect(await read()).toMatchObject({ ready: 1, oldestAgeSeconds: undefined });
    // It is the one that is taken next; that those behind it have the header does not help.
    await celery.put("jobs");
    expect(await age()).toBeUndefined();
    await plain.take("jobs", 1);
    await expectAgeSince(await sentAt(), age);
  });

  it("is read as its transport options say, and found there", async () => {
    const fields = { sep: ":", prioritySteps: [0, 5], globalKeyprefix: "{acme*}:" };
    const transport = { sep: ":", priority_steps: [0, 5], global_keyprefix: "{acme*}:" };
    await using acme = await startCelery(server, { transport });
    const before = Date.now() / 1000;
    for (const priority of [0, 4, 5, 9]) await acme.put("jobs", { priority });
    expect((await redis.keys("{acme\\*}:jobs*")).sort()).toEqual(["{acme*}:jobs", "{acme*}:jobs:5"]);
    const options = { layout: "celery", name: "jobs", ...fields };
    expect(await read(options)).toMatchObject({ ready: 4, problems: [] });
    await acme.take("jobs", 3);
    const { ready, oldestAgeSeconds } = await read(options);
    expect(ready).toBe(1);
    expect(oldestAgeSeconds).toBeGreaterThan(0);
    expect(oldestAgeSeconds).toBeLessThan(Date.now() / 1000 - before + 0.05);
    expect(await acme.ready("jobs")).toBe(1);
    expect(await unacked(options)).toBe(3);
    expect(await reasons("celery:jobs")).toEqual(["framework_missing"]);
    await using found = await openQueues(server.url, { ...options, name: "*" });
    await eventually(() => found.labels()).toEqual(["jobs"]);
  });

  it("tells Celery that is not there from a queue that is not there", async () => {
    expect(await reasons()).toEqual(["framework_missing"]);
    await celery.put("jobs", { task: "finish" });
    expect(await reasons()).toEqual([]);
    await celery.start("jobs");
    await eventually(() => read()).toMatchObject({ ready: 0, problems: [] });
    await eventually(() => unacked("celery:jobs")).toBe(0);
    await celery.stop("SIGTERM");
    // A worker that ended properly leaves the binding of its queue, and that it had some that expire.
    expect(await reasons()).toEqual([]);
    expect(await reasons("celery:mails")).toEqual(["queue_missing"]);
    await using found = await openQueues(server.url, "celery:*");
    await eventually(() => found.labels()).toEqual(["jobs"]);
  });

  it("is not taken for there because tasks of another one run", async () => {
    await celery.put("jobs");
    await celery.take("jobs", 1);
    expect(await unacked("celery:jobs")).toBe(1);
    expect(await reasons()).toEqual([]);
    expect(await reasons("celery:jbos")).toEqual(["queue_missing"]);
  });

  it("is told from one that is not there by the exchange it is bound to", async () => {
    const exchanges: CeleryConfiguration["exchanges"] = { jobs: "tasks" };
    await using bound = await startCelery(server, { exchanges });
    await bound.add("jobs", 2);
    expect(await read()).toMatchObject({ ready: 2, problems: [] });
    await bound.take("jobs", 2);
    await bound.stop("SIGKILL");
    await redis.del("unacked");
    expect(await reasons()).toEqual(["queue_missing"]);
    expect(await reasons({ layout: "celery", name: "jobs", exchange: "tasks" })).toEqual([]);
  });
});
