/** A NestJS application as its users still write most of them: compiled to CommonJS, with decorators. */
export const nestApplication: Readonly<Record<string, string>> = {
  "tsconfig.json": `{
  "compilerOptions": {
    "module": "commonjs",
    "target": "es2023",
    "strict": true,
    "experimentalDecorators": true,
    "emitDecoratorMetadata": true,
    "skipLibCheck": true,
    "types": ["node"],
    "outDir": "out"
  },
  "files": ["main.ts"]
}
`,
  "main.ts": `import "reflect-metadata";
import type { IncomingMessage, ServerResponse } from "node:http";
import { Controller, Get, Inject, Injectable, Module, type OnApplicationShutdown, Param, Post, Req, Res } from "@nestjs/common";
import { NestFactory } from "@nestjs/core";
import { startTaskVitals, type TaskVitals } from "taskvitals";

const VITALS = Symbol("vitals");

@Injectable()
class Training {
  readonly run: (epochs: string) => Promise<number>;
  constructor(@Inject(VITALS) vitals: TaskVitals) {
    this.run = vitals.tasks.wrap("train_lora", async (epochs: string): Promise<number> => {
      if (!(Number(epochs) > 0)) throw new RangeError("no epochs");
      return Number(epochs);
    });
  }
}

@Controller()
class Api implements OnApplicationShutdown {
  constructor(@Inject(VITALS) private readonly vitals: TaskVitals, private readonly training: Training) {}

  @Post("train/:epochs")
  train(@Param("epochs") epochs: string): Promise<number> {
    return this.training.run(epochs);
  }

  @Get("metrics")
  metrics(@Req() request: IncomingMessage, @Res() response: ServerResponse): void {
    this.vitals.nodeHandler(request, response);
  }

  onApplicationShutdown(): Promise<void> {
    return this.vitals.shutdown();
  }
}

@Module({
  controllers: [Api],
  providers: [
    Training,
    { provide: VITALS, useFactory: () => startTaskVitals({ serviceName: "nest", defaultQueue: "train", endpoint: false }) },
  ],
})
class Application {}

async function main(): Promise<void> {
  const app = await NestFactory.create(Application, { logger: false });
  await app.listen(0, "127.0.0.1");
  const url = await app.getUrl();
  const statuses = [];
  for (const epochs of ["3", "1", "none"]) {
    statuses.push((await fetch(\`\${url}/train/\${epochs}\`, { method: "POST" })).status);
  }
  const response = await fetch(\`\${url}/metrics\`);
  const page = await response.text();
  await app.close();
  console.log(JSON.stringify({ statuses, status: response.status, type: response.headers.get("content-type"), page }));
}

void main();
`,
};
