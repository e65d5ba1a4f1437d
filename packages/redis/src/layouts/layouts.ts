import { arq } from "./arq.ts";
import { asynq } from "./asynq.ts";
import { bee } from "./bee.ts";
import { bull } from "./bull.ts";
import { bullmq } from "./bullmq.ts";
import { celery } from "./celery.ts";
import { dramatiq } from "./dramatiq.ts";
import { huey } from "./huey.ts";
import { list } from "./list.ts";
import type { QueueLayout } from "./queue-layout.ts";
import { resque } from "./resque.ts";
import { rq } from "./rq.ts";
import { sidekiq } from "./sidekiq.ts";
import { stream } from "./stream.ts";
import { taskiq } from "./taskiq.ts";
import { zset } from "./zset.ts";

/** Name of a layout. */
export type LayoutName =
  | "list"
  | "zset"
  | "stream"
  | "celery"
  | "bullmq"
  | "bull"
  | "bee"
  | "rq"
  | "dramatiq"
  | "huey"
  | "sidekiq"
  | "resque"
  | "asynq"
  | "arq"
  | "taskiq";

/** Every layout, by the name that a queue specification gives it. */
export const layouts: Readonly<Record<LayoutName, QueueLayout>> = {
  list,
  zset,
  stream,
  celery,
  bullmq,
  bull,
  bee,
  rq,
  dramatiq,
  huey,
  sidekiq,
  resque,
  asynq,
  arq,
  taskiq,
};

/** Whether `name` is the name of a layout. */
export function isLayout(name: unknown): name is LayoutName {
  return typeof name === "string" && Object.hasOwn(layouts, name);
}
