import { expect, it, onTestFinished } from "vitest";
import { startCeleryPlatform } from "../../../../test/frameworks/celery/celery-platform.ts";
import { startRedis } from "../../../../test/services/index.ts";
import type { DoctorReport } from "../../src/doctor/doctor-report.ts";
import { runExporter } from "../start-exporter.ts";

it("tells by Celery's own events whether its workers are there and what fails, be it that no event tells the queue", async () => {
  const redis = await startRedis();
  onTestFinished(() => redis.stop());
  const platform = await startCeleryPlatform(redis, { sentEvents: false });
  onTestFinished(() => platform[Symbol.asyncDispose]());
  await platform.start("one", { queues: "gpu", concurrency: 2 });
  const diagnosis = async (seconds: number): Promise<DoctorReport> => {
    const args = ["doctor", "--queue", "celery:gpu", "--watch-for", String(seconds), "--json"];
    const { stderr, stdout } = await runExporter(args, { REDIS_URL: redis.url });
    expect(stderr).toBe("");
    return JSON.parse(stdout) as DoctorReport;
  };
  const send = (count: number): Promise<unknown> =>
    platform.send(
      Array.from({ length: count }, () => ({ task: "fail", args: ["KeyError", 0.1], options: { queue: "gpu" } })),
    );
  await send(600);
  const failing = await diagnosis(5);
  expect(failing.queues).toMatchObject([
    { queue: "_UNKNOWN", verdict: "failing", alert: "TaskFailureRatioHigh" },
    { queue: "gpu", verdict: "healthy" },
  ]);
  expect(failing.queues[0]?.seen.outcomes?.map(({ task }) => task)).toContain("fail");
  // What ends is not known of the queue itself: that it moves is.
  expect(failing.queues[1]?.seen.ended).toBeUndefined();
  expect(failing.queues[1]?.evidence.join()).toContain("it drains");
  expect(failing.unknown.join()).toContain("task_send_sent_event");

  await platform.stop("one", "SIGKILL");
  await send(3);
  expect((await diagnosis(10)).queues).toMatchObject([
    { queue: "gpu", verdict: "starving", alert: "TaskWorkersGone", seen: { workers: 0 } },
  ]);
});
