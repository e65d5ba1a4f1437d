/** A worker as its author writes it before bundling: imports at the top, no knowledge of the bundler. */
export const bundledWorker: string = `import { startTaskVitals } from "taskvitals";

async function main() {
  const vitals = await startTaskVitals({
    serviceName: "worker",
    redis: process.env.WORKER_REDIS,
    queues: ["list:jobs"],
    endpoint: { host: "127.0.0.1", port: 0 },
  });
  const work = vitals.tasks.wrap("resize", async (width) => width * 2);
  await work(21);
  const page = await (await fetch(new URL("/metrics", vitals.endpoint.url))).text();
  await vitals.shutdown();
  console.log(page);
}

main();
`;
