import { startTaskVitals } from "taskvitals";
import { createApi } from "./create-api.ts";
import { readSettings } from "./settings.ts";
import { stopSignal } from "./stop-signal.ts";
import { openTrainQueue, TRAIN_QUEUE } from "./train-queue.ts";

const { redisUrl, host, port } = readSettings(process.env);
const stopped = stopSignal();

const vitals = await startTaskVitals({
  serviceName: "finetune-api",
  redis: redisUrl,
  queues: [`bullmq:${TRAIN_QUEUE}`],
  endpoint: false,
});
const train = openTrainQueue(redisUrl);
const api = createApi(train, { metrics: vitals.nodeHandler, page: vitals.livePage() });
console.log(`API ready at ${await api.listen({ host, port })}`);

console.log(`${await stopped}: ending`);
await api.close();
await train.close();
await vitals.shutdown();
