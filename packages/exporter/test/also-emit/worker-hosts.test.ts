import { expect, it } from "vitest";
import { WorkerHosts } from "../../src/also-emit/worker-hosts.ts";

const MINUTE = 60_000;
const heartbeat = (hostname: string, active: number) => ({ type: "worker-heartbeat", hostname, active });

it("adds up the workers of a host", () => {
  const hosts = new WorkerHosts();
  hosts.take(heartbeat("one@a", 2), 0);
  hosts.take(heartbeat("two@a", 1), 0);
  hosts.take({ type: "worker-offline", hostname: "one@b" }, 0);
  expect([...hosts.states()]).toEqual([
    ["a", { isUp: true, active: 3 }],
    ["b", { isUp: false, active: 0 }],
  ]);
});

it("takes a worker for gone after five minutes without a word, and forgets its host after ten", () => {
  const hosts = new WorkerHosts();
  hosts.take(heartbeat("one@a", 2), 0);
  expect(hosts.sweep(5 * MINUTE, 0)).toEqual([]);
  expect(hosts.states().get("a")).toEqual({ isUp: true, active: 2 });
  hosts.sweep(5 * MINUTE + 1, 0);
  expect(hosts.states().get("a")).toEqual({ isUp: false, active: 0 });
  expect(hosts.sweep(10 * MINUTE + 1, 0)).toEqual(["a"]);
  expect([...hosts.states().keys()]).toEqual([]);
});

it("keeps a host that has another worker", () => {
  const hosts = new WorkerHosts();
  hosts.take(heartbeat("one@a", 2), 0);
  hosts.take(heartbeat("two@a", 1), 10 * MINUTE);
  expect(hosts.sweep(11 * MINUTE, 0)).toEqual([]);
  expect(hosts.has("a")).toBe(true);
});

it("does not take a worker for gone that could not be heard", () => {
  const hosts = new WorkerHosts();
  hosts.take(heartbeat("one@a", 2), 0);
  hosts.sweep(60 * MINUTE, 58 * MINUTE);
  expect(hosts.states().get("a")).toEqual({ isUp: true, active: 2 });
});
