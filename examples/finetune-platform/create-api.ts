import Fastify, { type FastifyInstance } from "fastify";
import type { NodeHandler } from "taskvitals";
import { type LoggedRun, TRAIN_TASK, type TrainQueueAccess } from "./train-queue.ts";
import { type TrainRequest, trainRequestSchema } from "./train-request.ts";

/** What shows the vital signs. */
export interface VitalSigns {
  readonly metrics: NodeHandler;
  /** The live page; it has a few paths below its own. */
  readonly page: NodeHandler;
}

/** The API: takes requests for training, tells what became of them, and shows its vital signs. */
export function createApi(train: TrainQueueAccess, { metrics, page }: VitalSigns): FastifyInstance {
  const api = Fastify();

  api.post<{ Body: TrainRequest }>("/train", { schema: { body: trainRequestSchema } }, async (request, reply) => {
    const { id } = await train.queue().add(TRAIN_TASK, request.body);
    return reply.code(202).header("location", `/tasks/${id}`).send({ id });
  });

  api.get<{ Params: { id: string } }>("/tasks/:id", async ({ params: { id } }, reply) => {
    // The state before the rest: a task that ends in between must not be "completed" without its result.
    const state = await train.queue().getJobState(id);
    const job = await train.queue().getJob(id);
    if (job === undefined) return reply.code(404).send({ error: `There is no task ${id}` });
    const { runUrl } = job.progress as LoggedRun;
    const end = { result: job.returnvalue ?? null, error: job.failedReason ?? null };
    return { id, state, request: job.data, ...end, ...(runUrl !== undefined && { runUrl }) };
  });

  api.get("/metrics", metrics);
  api.get("/", page);
  api.get("/live/*", page);
  api.get("/healthz", () => ({ status: "ok" }));

  // What is left to go wrong is the broker; its own words may hold its address.
  api.setErrorHandler<Error & { statusCode?: number }>((error, _request, reply) =>
    error.statusCode === undefined
      ? reply.code(503).send({ error: "The queue cannot be reached" })
      : reply.code(error.statusCode).send({ error: error.message }),
  );
  return api;
}
