import { nestApplication } from "./nest-application.ts";

/** A NestJS application with a queue and a processor of `@nestjs/bullmq`, compiled to CommonJS. */
export const nestBullmqApplication: Readonly<Record<string, string>> = {
  "tsconfig.json": String(nestApplication["tsconfig.json"]),
  "main.ts": `import "reflect-metadata";
import { BullModule, getQueueToken, InjectQueue, Processor, WorkerHost } from "@nestjs/bullmq";
import { Inject, Injectable, Module, type OnApplicationBootstrap } from "@nestjs/common";
import { NestFactory } from "@nestjs/core";
import { observeQueue, observeWorker } from "@taskvitals/bullmq";
import type { Job, Queue } from "bullmq";
import { startTaskVitals, type TaskVitals } from "taskvitals";

const VITALS = Symbol("vitals");

@Processor("emails", { concurrency: 3 })
class EmailProcessor extends WorkerHost implements OnApplicationBootstrap {
  constructor(@Inject(VITALS) private readonly vitals: TaskVitals) {
    super();
  }

  onApplicationBootstrap(): void {
    observeWorker(this.worker, this.vitals.tasks);
  }

  async process(job: Job<{ to: string }>): Promise<string> {
    if (!job.data.to.includes("@")) throw new RangeError("no address");
    return "sent";
  }
}

@Injectable()
class Mailbox implements OnApplicationBootstrap {
  constructor(@Inject(VITALS) private readonly vitals: TaskVitals, @InjectQueue("emails") private readonly emails: Queue) {}

  onApplicationBootstrap(): void {
    observeQueue(this.emails, this.vitals.queues);
  }
}

@Module({
  imports: [
    BullModule.forRoot({ connection: { url: process.env.REDIS_URL ?? "" } }),
    BullModule.registerQueue({ name: "emails" }),
  ],
  providers: [
    EmailProcessor,
    Mailbox,
    { provide: VITALS, useFactory: () => startTaskVitals({ serviceName: "nest", endpoint: { port: 0 } }) },
  ],
})
class Application {}

async function main(): Promise<void> {
  const app = await NestFactory.createApplicationContext(Application, { logger: false });
  const vitals = app.get<TaskVitals>(VITALS);
  const emails = app.get<Queue>(getQueueToken("emails"));
  for (const to of ["a@example.org", "b@example.org", "nobody"]) await emails.add("welcome", { to }, { attempts: 2 });
  const pageWith = async (...lines: RegExp[]): Promise<string> => {
    for (;;) {
      const page = await (await fetch(String(vitals.endpoint?.url))).text();
      if (lines.every((line) => line.test(page))) return page;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  };
  await pageWith(/^task_failure_total.* 1$/m, /^task_success_total.* 2$/m);
  await emails.pause();
  await emails.add("welcome", { to: "later@example.org" });
  console.log(JSON.stringify({ page: await pageWith(/^task_queue_length.* 1$/m, /^task_queue_paused.* 1$/m) }));
  await app.close();
  await vitals.shutdown();
}

void main();
`,
};
