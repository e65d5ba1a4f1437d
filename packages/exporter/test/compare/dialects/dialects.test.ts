import { parseExposition } from "@taskvitals/rules";
import { expect, it } from "vitest";
import { dialects, foreignDialects } from "../../../src/compare/dialects/dialects.ts";
import { taskvitals } from "../../../src/compare/dialects/taskvitals.ts";

/** What a page says, as `question task queue value`, by the first dialect that it speaks. */
function said(page: string, ourQueues: readonly string[] = [], known = foreignDialects): readonly string[] {
  const names = new Set(parseExposition(page, () => true).map(({ name }) => name));
  const dialect = known.find(({ metrics }) => metrics.some((name) => names.has(name)));
  const samples = parseExposition(page, (name) => dialect?.metrics.includes(name) === true);
  return (dialect?.measures(samples, new Set(ourQueues)) ?? []).map(({ question, queue = "-", task = "-", value }) =>
    [question, task, queue, value].join(" "),
  );
}

it("reads ours, and what the broker says of running tasks before what processes say", () => {
  const page = `
task_success_total{task="a",queue="q"} 3
task_failure_total{task="a",queue="q"} 2
task_retry_total{task="a",queue="q"} 1
task_queue_length{queue="q"} 7
task_workers{queue="q"} 2
task_queue_tasks{queue="q",state="active"} 4
task_queue_tasks{queue="q",state="delayed"} 9
task_active{queue="q"} 5
task_active{queue="other"} 6
`;
  expect(said(page, [], [taskvitals])).toEqual([
    "success a q 3",
    "failure a q 2",
    "retry a q 1",
    "ready - q 7",
    "workers - q 2",
    "active - q 4",
    "active - other 6",
  ]);
});

it("reads celery-exporter", () => {
  expect(
    said(`
celery_task_succeeded_total{hostname="h",name="a",queue_name="q"} 3.0
celery_task_failed_total{exception="KeyError",hostname="h",name="None",queue_name="q"} 2.0
celery_task_retried_total{hostname="h",name="a",queue_name="q"} 1.0
celery_task_sent_total{hostname="h",name="a",queue_name="q"} 9.0
celery_queue_length{queue_name="q"} 7.0
celery_active_worker_count{queue_name="q"} 2.0
celery_worker_tasks_active{hostname="h"} 4.0
`),
  ).toEqual(["success a q 3", "failure _UNKNOWN q 2", "retry a q 1", "ready - q 7", "workers - q 2", "active - - 4"]);
});

it("reads what BullMQ's queues write of themselves", () => {
  expect(
    said(`
bullmq_job_count{queue="q", state="active"} 1
bullmq_job_count{queue="q", state="completed"} 2
bullmq_job_count{queue="q", state="prioritized"} 3
bullmq_job_count{queue="q", state="waiting"} 4
bullmq_job_completed_total{queue="q"} 5
bullmq_job_failed_total{queue="q"} 6
`),
  ).toEqual(["active - q 1", "ready - q 3", "ready - q 4", "success - q 5", "failure - q 6"]);
});

it("reads bullmq-prometheus and bullmq-otel", () => {
  expect(
    said('bull_wait_total{queue="q"} 1\nbull_active_total{queue="q"} 2\nbull_completed_total{queue="q"} 3'),
  ).toEqual(["ready - q 1", "active - q 2"]);
  const labels = 'bullmq_queue_name="q",bullmq_job_name="a",bullmq_job_status="completed"';
  expect(said(`bullmq_jobs_completed_total{${labels}} 3`)).toEqual(["success a q 3"]);
});

it("reads rq-exporter, whose workers count in each of their queues", () => {
  expect(
    said(`
rq_workers{name="n", queues="high,low", state="busy"} 1.0
rq_jobs{queue="low", status="queued"} 2.0
rq_jobs{queue="low", status="started"} 3.0
rq_jobs{queue="low", status="finished"} 5.0
`),
  ).toEqual(["workers - high 1", "workers - low 1", "ready - low 2", "active - low 3"]);
});

it("reads exporters of Sidekiq", () => {
  expect(said('sidekiq_queue_enqueued_jobs{name="q"} 1\nsidekiq_busy_workers 2\n')).toEqual([
    "ready - q 1",
    "active - - 2",
  ]);
  expect(said('sidekiq_jobs_waiting_count{queue="q"} 1\n')).toEqual(["ready - q 1"]);
});

it.each([
  ["jobs", "jobs"],
  ["celery", "celery"],
  ["celery\\u0006\\u00163".replace("\\u0006", "\u0006").replace("\\u0016", "\u0016"), "celery"],
  ["rq:queue:default", "default"],
  ["queue:default", "default"],
  ["bull:mails:wait", "mails"],
  ["asynq:{critical}:pending", "critical"],
  ["queue:plain", "queue:plain"],
])("takes the key %j of redis_exporter for queue %s", (key, queue) => {
  expect(said(`redis_key_size{db="db0",key="${key}"} 7\n`, ["queue:plain"])).toEqual([`ready - ${queue} 7`]);
});

it("knows each dialect by metrics of its own", () => {
  const names = dialects.flatMap(({ metrics }) => metrics);
  expect(new Set(names).size).toBe(names.length);
});
