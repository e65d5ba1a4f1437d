import { createServer } from "node:http";
import { type CpuInfo, cpus } from "node:os";
import { Redis } from "ioredis";

/**
 * The reference platform's way, in TypeScript. Its counters live in Redis, because its workers are other processes, and each
 * scrape asks for them one after the other; its CPU figure is `psutil.cpu_percent(interval=1)`, which blocks for a second.
 * `/metrics?cpu=none` leaves the CPU figure out.
 */
const redis = new Redis(process.argv[2] ?? "");
const LABELS = 'task="train_lora",queue="jobs"';
await redis.mset({ success: 1, failure: 1, duration_sum: 15.5, duration_count: 2 });

const server = createServer((request, response) => {
  void page(request.url !== "/metrics?cpu=none").then((text) => {
    response.writeHead(200, { "content-type": "text/plain; version=0.0.4; charset=utf-8" }).end(text);
  });
});
server.listen(0, "127.0.0.1", () => {
  const address = server.address();
  process.stdout.write(`port ${typeof address === "object" ? address?.port : ""}\n`);
});
process.once("SIGTERM", () => {
  server.close();
  server.closeAllConnections();
  redis.disconnect();
});

async function page(withCpu: boolean): Promise<string> {
  const pid = `pid="${process.pid}"`;
  const lines = [
    `task_success_total{${LABELS}} ${await redis.get("success")}`,
    `task_failure_total{${LABELS}} ${await redis.get("failure")}`,
    `task_duration_seconds_sum{${LABELS}} ${await redis.get("duration_sum")}`,
    `task_duration_seconds_count{${LABELS}} ${await redis.get("duration_count")}`,
    `task_queue_length{queue="jobs"} ${await redis.llen("jobs")}`,
    `system_memory_usage_gigabytes{${pid}} ${process.memoryUsage.rss() / 1024 ** 3}`,
  ];
  if (withCpu) lines.push(`system_cpu_percent{${pid}} ${cpuPercentOverOneSecond()}`);
  return `${lines.join("\n")}\n`;
}

function cpuPercentOverOneSecond(): number {
  const before = cpus();
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1000);
  const after = cpus();
  const total = spent(after, ({ user, nice, sys, idle, irq }) => user + nice + sys + idle + irq);
  const totalBefore = spent(before, ({ user, nice, sys, idle, irq }) => user + nice + sys + idle + irq);
  const idle = spent(after, (times) => times.idle) - spent(before, (times) => times.idle);
  return 100 * (1 - idle / (total - totalBefore));
}

function spent(all: readonly CpuInfo[], part: (times: CpuInfo["times"]) => number): number {
  return all.reduce((sum, { times }) => sum + part(times), 0);
}
