import { expect, it } from "vitest";
import { instantFacts } from "../../src/observation/instant-facts.ts";
import { pageOf } from "./page-of.ts";

it("takes facts about queues once, whoever reports them, and adds up what processes hold", () => {
  const page = pageOf(
    'task_queue_length{queue="a"} 3',
    'task_queue_tasks{queue="a",state="active"} 2',
    'task_queue_paused{queue="a"} 0',
    'task_active{queue="a"} 1',
    'task_concurrency{queue="a"} 4',
    'task_oldest_active_seconds{queue="a"} 7',
    'task_duration_seconds_sum{task="t",queue="a"} 10',
    'task_duration_seconds_count{task="t",queue="a"} 2',
    'task_queue_read_error_total{queue="a",reason="timeout"} 1',
  );
  const facts = instantFacts([page, page]).queues.get("a");
  expect(facts).toEqual({
    ready: 3,
    states: new Map([["active", 2]]),
    paused: false,
    active: 2,
    slots: 8,
    oldestActiveSeconds: 7,
    runSeconds: 20,
    runs: 4,
    readErrors: new Map([["timeout", 2]]),
  });
});

it("takes a broker for reachable where one process reaches it, and for as quick as the quickest finds it", () => {
  const one = pageOf('task_broker_up{broker="b"} 0', 'task_broker_ping_seconds{broker="b"} 0.2');
  const other = pageOf('task_broker_up{broker="b"} 1', 'task_broker_ping_seconds{broker="b"} 0.001');
  expect(instantFacts([one, other]).brokers.get("b")).toEqual({ up: 1, pingSeconds: 0.001 });
});

it("takes tasks of no known queue for those of none", () => {
  expect(instantFacts([pageOf('task_success_total{task="t",queue="_UNKNOWN"} 3')]).queues.size).toBe(0);
});
