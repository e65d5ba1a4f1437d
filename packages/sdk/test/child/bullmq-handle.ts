import { observeWorker } from "@taskvitals/bullmq";
import { Queue, Worker } from "bullmq";
import { vitals } from "taskvitals/register";
import { processor } from "./bullmq-processor.ts";

// A worker that register finds and the application observes as well, under a label of its own; then the vital signs are ended.
const { TEST_QUEUE = "jobs", TEST_REDIS_PORT } = process.env;
const connection = { host: "127.0.0.1", port: Number(TEST_REDIS_PORT) };
const worker = new Worker(TEST_QUEUE, processor, { connection, autorun: false });
const running = await vitals;
if (running === undefined) throw new Error("no vitals");
observeWorker(worker, running.tasks, { queue: "own" });

const queue = new Queue(TEST_QUEUE, { connection });
await queue.addBulk([1, 2, 3].map(() => ({ name: "train", data: { end: "succeed" } })));
let left = 3;
const all = new Promise<void>((resolve) => void worker.on("completed", () => void (--left === 0 && resolve())));
void worker.run();
await all;
const page = await (await fetch(running.endpoint?.url ?? "")).text();
const found = new Worker(TEST_QUEUE, processor, { connection, autorun: false });
const observed = (given: Worker): boolean => Object.hasOwn(given, "processJob");
const before = observed(found);
await running.shutdown();
const later = new Worker(TEST_QUEUE, processor, { connection, autorun: false });
const traces = { before, after: observed(found), later: observed(later) };
await Promise.all([worker, found, later, queue].map((each) => each.close()));
process.stdout.write(`${JSON.stringify({ page, traces })}\n`);
