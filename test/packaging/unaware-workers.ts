/** The jobs may well be done before there is an endpoint. */
const printPage = `
async function printPage() {
  const url = \`http://127.0.0.1:\${process.env.OTEL_EXPORTER_PROMETHEUS_PORT}/metrics\`;
  const page = await fetch(url).then((response) => response.text(), () => undefined);
  if (page !== undefined) return console.log(page);
  await new Promise((later) => setTimeout(later, 20));
  return printPage();
}
`;

/** A BullMQ worker as its author writes it, without a word about metrics; in the end it prints what its endpoint serves. */
const program = `${printPage}
const connection = { host: "127.0.0.1", port: Number(process.env.REDIS_PORT), maxRetriesPerRequest: null };
const ends = ["succeed", "succeed", "succeed", "fail", "recover"];

async function perform({ data, attemptsMade }) {
  if (data.end === "fail") throw new RangeError("as told");
  if (data.end === "recover" && attemptsMade === 0) throw new TypeError("as told, once");
}

async function main() {
  const queue = new Queue(process.env.QUEUE, { connection });
  await queue.addBulk(ends.map((end) => ({ name: "train", data: { end }, opts: { attempts: end === "recover" ? 2 : 1 } })));
  const worker = new Worker(queue.name, perform, { connection, concurrency: 2 });
  let left = ends.length;
  await new Promise((resolve) => {
    const ended = (job) => void (job.finishedOn !== undefined && --left === 0 && resolve());
    worker.on("completed", ended).on("failed", ended);
  });
  await printPage();
  await worker.close();
  await queue.close();
}

main();
`;

/** The program in both module systems, by file. */
export const unawareWorkers: Readonly<Record<string, string>> = {
  "worker.mjs": `import { Queue, Worker } from "bullmq";\n${program}`,
  "worker.cjs": `const { Queue, Worker } = require("bullmq");\n${program}`,
};

const nestProgram = `import "reflect-metadata";
import { BullModule, getQueueToken, Processor, WorkerHost } from "@nestjs/bullmq";
import { Module } from "@nestjs/common";
import { NestFactory } from "@nestjs/core";
import type { Job, Queue } from "bullmq";

const connection = { host: "127.0.0.1", port: Number(process.env.REDIS_PORT), maxRetriesPerRequest: null };
const name = process.env.QUEUE ?? "";
const ends = ["succeed", "succeed", "succeed", "fail", "recover"];

@Processor(name, { concurrency: 2 })
class Training extends WorkerHost {
  async process({ data, attemptsMade }: Job<{ end: string }>): Promise<void> {
    if (data.end === "fail") throw new RangeError("as told");
    if (data.end === "recover" && attemptsMade === 0) throw new TypeError("as told, once");
  }
}

${printPage.replace("printPage()", "printPage(): Promise<void>")}
@Module({ imports: [BullModule.forRoot({ connection }), BullModule.registerQueue({ name })], providers: [Training] })
class Application {}

async function main(): Promise<void> {
  const app = await NestFactory.createApplicationContext(Application, { logger: false });
  const { worker } = app.get(Training);
  let left = ends.length;
  const all = new Promise<void>((resolve) => {
    const ended = (job: Job | undefined): void => void (job?.finishedOn !== undefined && --left === 0 && resolve());
    worker.on("completed", ended).on("failed", ended);
  });
  const queue = app.get<Queue>(getQueueToken(name));
  await queue.addBulk(ends.map((end) => ({ name: "train", data: { end }, opts: { attempts: end === "recover" ? 2 : 1 } })));
  await all;
  await printPage();
  await app.close();
}

void main();
`;

/** A NestJS application with \`@nestjs/bullmq\`, to be compiled to the given module system. */
export function unawareNestWorker(module: "commonjs" | "nodenext"): Readonly<Record<string, string>> {
  const compilerOptions = {
    module,
    ...(module === "nodenext" ? { moduleResolution: "nodenext" } : {}),
    target: "es2023",
    strict: true,
    experimentalDecorators: true,
    emitDecoratorMetadata: true,
    skipLibCheck: true,
    types: ["node"],
    outDir: "out",
  };
  return {
    "tsconfig.json": JSON.stringify({ compilerOptions, files: ["main.ts"] }),
    "main.ts": nestProgram,
  };
}
