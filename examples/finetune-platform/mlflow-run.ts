import type { MlflowMetric, MlflowRun } from "./mlflow-client.ts";
import { TRAIN_QUEUE, TRAIN_TASK } from "./train-queue.ts";
import type { Training } from "./training.ts";

/** How far before and after a run its dashboard shows. */
const AROUND_MS = 5 * 60_000;

/** A training in the words of MLflow. Its tags are the labels of the vital signs and the job: by them both halves of the picture are found. */
export function mlflowRunOf(training: Training, dashboardUrl?: string): MlflowRun {
  const { job, request, startedAt, endedAt, losses, result, errorType } = training;
  const accuracies = result && [
    accuracy(result.accuracyBefore, 0, startedAt),
    accuracy(result.accuracyAfter, losses.length, endedAt),
  ];
  return {
    name: `job ${job}`,
    startTime: startedAt,
    endTime: endedAt,
    status: result === undefined ? "FAILED" : "FINISHED",
    params: { ...request, ...(result && { learnedFrom: result.learnedFrom }) },
    metrics: [
      ...losses.map(({ loss, at }, index) => ({ key: "loss", value: loss, timestamp: at, step: index + 1 })),
      ...(accuracies ?? []),
    ],
    tags: {
      task: TRAIN_TASK,
      queue: TRAIN_QUEUE,
      job,
      ...(errorType !== undefined && { error_type: errorType }),
      ...(dashboardUrl !== undefined && { "mlflow.note.content": noteFor(training, dashboardUrl) }),
    },
  };
}

function accuracy(value: number, step: number, timestamp: number): MlflowMetric {
  return { key: "accuracy", value, timestamp, step };
}

/** The description that MLflow shows, in Markdown. */
function noteFor({ startedAt, endedAt }: Training, dashboardUrl: string): string {
  const url = new URL(dashboardUrl);
  url.searchParams.set("from", String(startedAt - AROUND_MS));
  url.searchParams.set("to", String(endedAt + AROUND_MS));
  url.searchParams.set("var-queue", TRAIN_QUEUE);
  url.searchParams.set("var-task", TRAIN_TASK);
  return `[Vital signs of the platform around this run](${url.href})`;
}
