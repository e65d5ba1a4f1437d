import type { Dialect, Measure, Question } from "../measure.ts";

const QUESTIONS: Readonly<Record<string, Question>> = {
  bull_wait_total: "ready",
  bull_prioritized_total: "ready",
  bull_active_total: "active",
};

/** https://github.com/igrek8/bullmq-prometheus, and those made of it; its counts of ends are of one minute, and not compared. */
export const bullmqPrometheus: Dialect = {
  name: "bullmq-prometheus",
  metrics: Object.keys(QUESTIONS),
  measures: (samples) =>
    samples.flatMap(({ labels: { queue }, name, value }): readonly Measure[] => {
      const question = QUESTIONS[name];
      return question === undefined ? [] : [{ question, queue, value }];
    }),
};
