// What blocks of the documentation take for granted: names of the reader's own application, and those that an earlier block of the page has made.
// Each is declared here with the type that it has there; a block that declares a name itself does not see these.

declare const vitals: import("taskvitals").TaskVitals;
declare const options: import("taskvitals").TaskVitalsOptions;
declare const startTaskVitals: typeof import("taskvitals").startTaskVitals;
declare const observeWorker: typeof import("@taskvitals/bullmq").observeWorker;
declare const observeQueue: typeof import("@taskvitals/bullmq").observeQueue;

// The reader's application.
declare const trainLora: (dataset: string) => Promise<{ readonly loss: number }>;
declare const step: () => Promise<void>;
declare const error: Error;
declare const sendEmail: (job: import("bullmq").Job) => Promise<void>;
declare const logger: { warn(message: string): void };
declare const app: import("express").Express & import("hono").Hono;
declare const readFileSync: typeof import("node:fs").readFileSync;

// Its Redis and its BullMQ.
declare const connection: import("bullmq").ConnectionOptions;
declare const myClient: import("ioredis").Redis;
declare const Redis: typeof import("ioredis").Redis;
declare const Cluster: typeof import("ioredis").Cluster;
declare const Worker: typeof import("bullmq").Worker;
declare const worker: import("bullmq").Worker;
declare const queue: import("bullmq").Queue;
declare const emails: import("bullmq").Queue;
declare const token: string;

// NestJS, which the tests do not install: the shapes that its documentation gives.
type Job = import("bullmq").Job;
type TaskVitals = import("taskvitals").TaskVitals;
declare const VITALS: unique symbol;
declare const Processor: (name: string) => ClassDecorator;
declare const Inject: (token: symbol) => ParameterDecorator;
declare abstract class WorkerHost {
  get worker(): import("bullmq").Worker;
  abstract process(job: Job): Promise<void>;
}
interface OnApplicationBootstrap {
  onApplicationBootstrap(): void;
}
