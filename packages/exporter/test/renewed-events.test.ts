import type { CeleryEvents } from "@taskvitals/redis";
import { expect, it } from "vitest";
import { RenewedEvents } from "../src/renewed-events.ts";

/** A reader that has missed some events, and notes when it is ended. */
function reader(name: string, missed: number, ended: string[]): CeleryEvents {
  const shutdown = async (): Promise<void> => void ended.push(name);
  return {
    broker: "jobs",
    connected: true,
    trackedTasks: 1,
    lastEventAtSeconds: missed,
    missed,
    workers: () => new Map([[name, 1]]),
    position: () => ({ missed }),
    silentWorkers: () => [name],
    workerNames: () => [name],
    announcingWorkers: () => [],
    workerAnswers: () => new Map(),
    shutdown,
    [Symbol.asyncDispose]: shutdown,
  };
}

it("ends the reader before it makes the next, which goes on where it was", async () => {
  const ended: string[] = [];
  const events = new RenewedEvents("celery:jobs", reader("first", 2, ended), async (kept) => {
    ended.push(`next begins at ${JSON.stringify(kept)}`);
    return reader("next", 3, ended);
  });
  expect(events.key).toBe("celery:jobs");
  expect([events.missed, [...events.workers().keys()]]).toEqual([2, ["first"]]);
  events.renew();
  await expect.poll(() => events.silentWorkers()).toEqual(["next"]);
  expect(ended).toEqual(["first", 'next begins at {"missed":2}']);
  expect([events.missed, events.lastEventAtSeconds]).toEqual([3, 3]);
});

it("ends once, and makes no other reader then", async () => {
  const ended: string[] = [];
  const events = new RenewedEvents("celery:jobs", reader("only", 0, ended), () =>
    Promise.reject(new Error("it was ended")),
  );
  events.onEnd(() => ended.push("end"));
  await Promise.all([events.shutdown(), events.shutdown()]);
  events.renew();
  await events.shutdown();
  expect(ended.filter((one) => one === "end")).toHaveLength(1);
  expect(new Set(ended)).toEqual(new Set(["end", "only"]));
});
