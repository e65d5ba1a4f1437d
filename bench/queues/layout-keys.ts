import type { LayoutName, QueueOptions } from "@taskvitals/redis";
import type { ChainableCommander } from "ioredis";

/** Writes one queue as its framework keeps it, with this many ready tasks, the oldest of a minute ago. */
export type KeyWriter = (redis: ChainableCommander, name: string, tasks: number, now: number) => void;

interface LayoutKeys {
  /** Fields of the object form. */
  readonly fields?: Partial<QueueOptions>;
  readonly write: KeyWriter;
}

/** About what a task's arguments take. */
const BODY = "x".repeat(200);
const AGE_MS = 60_000;
const WORKERS = 5;

/** Keys by layout, as `docs/queues` and the sources named there have them. */
export const WRITERS: Readonly<Record<LayoutName, LayoutKeys>> = {
  list: {
    write: (redis, name, tasks) => void redis.lpush(name, ...times(tasks, (task) => `${task}${BODY}`)),
  },
  zset: {
    fields: { scores: "due-milliseconds" },
    write(redis, name, tasks, now) {
      for (const task of range(tasks)) redis.zadd(name, now - AGE_MS + task, `${task}${BODY}`);
      redis.zadd(name, now + 3_600_000, "later");
    },
  },
  stream: {
    fields: { group: "workers" },
    write(redis, name, tasks, now) {
      redis.xgroup("CREATE", name, "workers", "0", "MKSTREAM");
      redis.xadd(name, `${now - 2 * AGE_MS}-0`, "data", BODY);
      redis.xreadgroup("GROUP", "workers", "worker-1", "COUNT", 1, "STREAMS", name, ">");
      for (const task of range(tasks)) redis.xadd(name, `${now - AGE_MS + task}-0`, "data", BODY);
    },
  },
  celery: {
    write(redis, name, tasks, now) {
      const stamp = (now - AGE_MS) / 1000;
      const headers = { lang: "py", task: "orders.send", id: name, eta: null, taskvitals_enqueued_at: stamp };
      const message = JSON.stringify({ body: BODY, headers, properties: { priority: 0 } });
      redis.sadd(`_kombu.binding.${name}`, `${name}\x06\x16\x06\x16${name}`);
      redis.lpush(name, ...times(tasks, () => message));
    },
  },
  bullmq: {
    write(redis, name, tasks, now) {
      const base = `bull:${name}:`;
      redis.hset(`${base}meta`, { "opts.maxLenEvents": 10_000, version: "bullmq:6.7.0" });
      redis.incrby(`${base}id`, tasks);
      for (const task of range(tasks)) {
        redis.hset(`${base}${task}`, bullJob(now + task));
        // The last one has a priority.
        if (task < tasks) redis.lpush(`${base}wait`, task);
        else redis.zadd(`${base}prioritized`, 3 * 2 ** 32 + 1, task);
      }
      redis.zadd(`${base}delayed`, (now + 3_600_000) * 4096, "later");
    },
  },
  bull: {
    write(redis, name, tasks, now) {
      const base = `bull:${name}:`;
      redis.incrby(`${base}id`, tasks);
      for (const task of range(tasks)) {
        redis.hset(`${base}${task}`, bullJob(now + task));
        redis.lpush(`${base}wait`, task);
      }
      redis.zadd(`${base}delayed`, (now + 3_600_000) * 4096, "later");
    },
  },
  bee: {
    write(redis, name, tasks, now) {
      const base = `bq:${name}:`;
      redis.incrby(`${base}id`, tasks);
      for (const task of range(tasks)) {
        const options = { timestamp: now - AGE_MS + task, stacktraces: [] };
        redis.hset(`${base}jobs`, task, JSON.stringify({ data: BODY, options, status: "created" }));
        redis.lpush(`${base}waiting`, task);
      }
    },
  },
  rq: {
    write(redis, name, tasks, now) {
      const enqueued = new Date(now - AGE_MS).toISOString();
      redis.sadd("rq:queues", `rq:queue:${name}`);
      redis.sadd(`rq:workers:${name}`, `rq:worker:worker-${name.length % WORKERS}`);
      for (const task of range(tasks)) {
        redis.hset(`rq:job:${name}-${task}`, { data: BODY, created_at: enqueued, enqueued_at: enqueued, origin: name });
        redis.rpush(`rq:queue:${name}`, `${name}-${task}`);
      }
    },
  },
  dramatiq: {
    write(redis, name, tasks, now) {
      for (const task of range(tasks)) {
        const message = { queue_name: name, actor_name: "send", args: [BODY], message_timestamp: now - AGE_MS + task };
        redis.hset(`dramatiq:${name}.msgs`, `message-${task}`, JSON.stringify({ ...message, kwargs: {}, options: {} }));
        redis.rpush(`dramatiq:${name}`, `message-${task}`);
      }
    },
  },
  huey: {
    write(redis, name, tasks, now) {
      for (const task of range(tasks)) {
        const stamp = Buffer.alloc(8);
        stamp.writeBigUInt64BE(BigInt(now - AGE_MS + task) * 1000n);
        redis.zadd(`huey.redis.${name}`, -task, Buffer.concat([stamp, Buffer.from(BODY)]));
      }
    },
  },
  sidekiq: {
    write(redis, name, tasks, now) {
      const job = { class: "SendJob", args: [BODY], queue: name, jid: "b4a577edbccf1d805744efa9", retry: true };
      redis.sadd("queues", name);
      for (const task of range(tasks)) {
        redis.lpush(`queue:${name}`, JSON.stringify({ ...job, enqueued_at: (now - AGE_MS + task) / 1000 }));
      }
    },
  },
  resque: {
    write(redis, name, tasks) {
      redis.sadd("resque:queues", name);
      redis.rpush(
        `resque:queue:${name}`,
        ...times(tasks, (task) => JSON.stringify({ class: "Send", args: [task, BODY] })),
      );
    },
  },
  asynq: {
    write(redis, name, tasks, now) {
      const base = `asynq:{${name}}:`;
      redis.sadd("asynq:queues", name);
      for (const task of range(tasks)) {
        const since = `${now - AGE_MS + task}000000`;
        redis.hset(`${base}t:${task}`, { msg: BODY, state: "pending", pending_since: since });
        redis.lpush(`${base}pending`, task);
      }
    },
  },
  arq: {
    write(redis, name, tasks, now) {
      for (const task of range(tasks + 1)) redis.zadd(name, now - AGE_MS + task, `${name}-${task}`);
      redis.set(`arq:in-progress:${name}-1`, "1");
      redis.zadd(name, now + 3_600_000, `${name}-later`);
    },
  },
  taskiq: {
    write(redis, name, tasks, now) {
      const labels = { _taskiq_queue_time: (now - AGE_MS) / 1000 };
      const message = JSON.stringify({ task_id: name, task_name: "send", labels, args: [BODY], kwargs: {} });
      redis.lpush(name, ...times(tasks, () => message));
    },
  },
};

/** Writes what frameworks keep once per database: signs of themselves, and a few workers. */
export function writeSigns(redis: ChainableCommander, now: number): void {
  redis.sadd("_kombu.binding.celery", "celery\x06\x16\x06\x16celery");
  redis.hset("unacked", "delivery-tag", "[]");
  redis.zadd("dramatiq:__heartbeats__", now, "broker-1");
  redis.incr("stat:processed");
  const days = 86_400;
  for (const worker of range(WORKERS)) {
    const name = `worker-${worker}`;
    redis.sadd("rq:workers", `rq:worker:${name}`).hset(`rq:worker:${name}`, { state: "idle" });
    redis.expire(`rq:worker:${name}`, days);

    const info = { hostname: "host", pid: worker, concurrency: 10, queues: ["default", `orders_${worker}`] };
    redis.sadd("processes", name).hset(name, { info: JSON.stringify(info), quiet: "false", busy: 0 });

    const entry = `host:${worker}:${worker === 1 ? "*" : `default,orders_${worker}`}`;
    redis.sadd("resque:workers", entry);
    redis.set(`resque:worker:ping:host:${worker}`, JSON.stringify({ name: `host:${worker}`, time: now / 1000 + days }));

    redis.zadd("asynq:servers", now / 1000 + days, `asynq:servers:{host:${worker}}`);
    redis.set(`asynq:servers:{host:${worker}}`, asynqServer(["default", `orders_${worker}`]));
  }
}

/** A heartbeat of Asynq: the message `ServerInfo` with a map of queues (field 5) and a status (field 7). */
function asynqServer(queues: readonly string[]): Buffer {
  const entries = queues.map((queue) => protobufText(5, Buffer.concat([protobufText(1, queue), Buffer.of(2 << 3, 1)])));
  return Buffer.concat([protobufText(1, "host"), ...entries, protobufText(7, "active")]);
}

function protobufText(field: number, content: string | Buffer): Buffer {
  const bytes = Buffer.from(content as string);
  return Buffer.concat([Buffer.of((field << 3) | 2, bytes.length), bytes]);
}

function bullJob(now: number): Record<string, string | number> {
  return { name: "send", data: BODY, opts: '{"attempts":3}', timestamp: now - AGE_MS, delay: 0, priority: 0 };
}

/** 1, 2, 3 … */
function range(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index + 1);
}

function times<T>(count: number, make: (index: number) => T): T[] {
  return range(count).map(make);
}
