import type { TaskVitals } from "taskvitals";
import type { InProcessQueue } from "./in-process-queue.ts";

/** Says where the numbers are and what to expect of them. */
export function printWhereToLook(endpoint: TaskVitals["endpoint"]): void {
  console.log(`Learning to tell spam from ham: 6 046 real mails, four per task, four workers.
Look:     ${endpoint?.livePageUrl}
Metrics:  ${endpoint?.url}
Try:      curl -s ${endpoint?.url} | grep ^task_
Expect:   task_success_total and task_failure_total rise for train_batch, then for evaluate_batch. A batch fails when one of
          its mails cannot be decoded cleanly: 500 of the 6 046 cannot.
`);
}

/** Prints how far the queue is, each second until `end`. */
export function printProgress(queue: InProcessQueue, total: number): { end(): void } {
  const print = (): void => {
    const done = queue.succeeded + queue.failed;
    console.log(`${done} of ${total} batches: ${queue.succeeded} succeeded, ${queue.failed} failed`);
  };
  const timer = setInterval(print, 1000);
  return {
    end() {
      clearInterval(timer);
      print();
    },
  };
}

/** Prints what was learned, and how to leave. */
export function printResult(score: { readonly right: number; readonly judged: number }): void {
  const percent = ((score.right / score.judged) * 100).toFixed(1);
  console.log(`Accuracy on mails it has not seen: ${percent} % (${score.right} of ${score.judged})`);
  console.log("The metrics stay up. Ctrl-C ends.");
}
