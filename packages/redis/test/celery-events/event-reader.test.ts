import { describe, expect, it } from "vitest";
import { celeryMessage, fedReader, wholeTask } from "./celery-messages.ts";

describe("the queue of a task", () => {
  it("is the one that the producer says, wherever else it might be known from", () => {
    const fed = fedReader({ queuesOf: () => ["of-worker"], taskQueues: new Map([["work", "of-map"]]) });
    fed.feed({ type: "task-sent", uuid: "1", name: "work", queue: "said", hostname: "gen1@host", retries: 0 });
    fed.feed(...wholeTask("1", "work"));
    expect(fed.counts()).toEqual({ "work said success": 1 });
  });

  it("is that of the worker where it has one, else that of the map, else unknown", () => {
    const one = fedReader({ queuesOf: () => ["of-worker"], taskQueues: new Map([["work", "of-map"]]) });
    one.feed(...wholeTask("1", "work"));
    one.pass(3);
    expect(one.counts()).toEqual({ "work of-worker success": 1 });
    const several = fedReader({ queuesOf: () => ["a", "b"], taskQueues: new Map([["work", "of-map"]]) });
    several.feed(...wholeTask("1", "work"), ...wholeTask("2", "other"));
    several.pass(3);
    expect(several.counts()).toEqual({ "work of-map success": 1, "other _UNKNOWN success": 1 });
  });

  it("is waited for once in vain, and then not again for that task", () => {
    const fed = fedReader();
    fed.feed(...wholeTask("1", "work"));
    expect(fed.ends).toEqual([]);
    fed.pass(3);
    expect(fed.counts()).toEqual({ "work _UNKNOWN success": 1 });
    fed.feed(...wholeTask("2", "work"));
    expect(fed.counts()).toEqual({ "work _UNKNOWN success": 2 });
  });

  it("comes in time when the producer is slower than the worker", () => {
    const fed = fedReader();
    fed.feed(...wholeTask("1", "work"));
    fed.pass(0.3);
    fed.feed({
      type: "task-sent",
      uuid: "1",
      name: "work",
      queue: "mails",
      hostname: "gen1@host",
      retries: 0,
      eta: null,
    });
    expect(fed.counts()).toEqual({ "work mails success": 1 });
    expect(fed.starts[0]).toMatchObject({ queue: "mails", waitSeconds: 0 });
  });
});

describe("the wait of a task", () => {
  const sent = (more: Record<string, unknown>): Record<string, unknown> => {
    return {
      type: "task-sent",
      uuid: "1",
      name: "work",
      queue: "mails",
      hostname: "gen1@host",
      retries: 0,
      eta: null,
      ...more,
    };
  };

  it("ends with the start, and is not that of the ETA", () => {
    const fed = fedReader();
    fed.feed(sent({ eta: new Date((fed.now + 60) * 1000).toISOString() }));
    fed.pass(63);
    fed.feed(...wholeTask("1", "work"));
    expect(fed.starts[0]?.waitSeconds).toBeCloseTo(3, 1);
  });

  it("is not known where the ETA has no zone", () => {
    const fed = fedReader();
    fed.feed(sent({ eta: "2026-11-22T17:27:55.794732" }), ...wholeTask("1", "work"));
    expect(fed.starts[0]?.waitSeconds).toBeUndefined();
  });

  it.each([3600, -3600])("is right where the worker's clock is off by %i seconds", (off) => {
    const fed = fedReader();
    fed.feed({ type: "worker-heartbeat", processed: 0, active: 0, timestamp: fed.now + off });
    fed.feed(sent({}));
    fed.pass(5);
    const timestamp = fed.now + off;
    fed.feed(...wholeTask("1", "work").map((event) => ({ ...event, timestamp })));
    expect(fed.starts[0]?.waitSeconds).toBeCloseTo(5, 1);
    expect(fed.ends[0]?.durationSeconds).toBe(0.25);
  });

  it.each([3600, -3600])("is right where the producer's clock is off by %i seconds", (off) => {
    const fed = fedReader();
    fed.feed(sent({ timestamp: fed.now + off }));
    fed.pass(5);
    fed.feed(...wholeTask("1", "work"));
    expect(fed.starts[0]?.waitSeconds).toBeCloseTo(5, 1);
  });

  it("is that of the first attempt alone", () => {
    const fed = fedReader();
    fed.feed(sent({}));
    fed.feed({ type: "task-received", uuid: "1", name: "work", retries: 0 }, { type: "task-started", uuid: "1" });
    fed.feed(sent({ retries: 1 }));
    fed.feed({ type: "task-retried", uuid: "1", exception: "ValueError()" });
    fed.feed(...wholeTask("1", "work").map((event) => ({ ...event, retries: 1 })));
    expect(fed.starts.map(({ waitSeconds }) => waitSeconds)).toEqual([0, undefined]);
    expect(fed.counts()).toEqual({ "work mails retry": 1, "work mails success": 1 });
  });

  it("is known however late a busy worker announces the start, when another has long begun the next attempt", () => {
    const fed = fedReader();
    fed.feed({ type: "worker-heartbeat", processed: 0, active: 0 });
    const retry = { uuid: "1", name: "work", retries: 1, hostname: "other@host", pid: 2 };
    fed.feed(sent({}), { type: "task-received", uuid: "1", name: "work", retries: 0 });
    fed.pass(1);
    fed.feed(sent({ retries: 1 }), { type: "task-received", ...retry }, { type: "task-started", ...retry });
    fed.pass(4);
    fed.feed({ type: "task-started", uuid: "1", timestamp: fed.now - 4.5 });
    expect(fed.starts.map(({ waitSeconds }) => waitSeconds)).toEqual([undefined, expect.closeTo(0.5, 1)]);
  });

  it("is known where the receipt is read after the start, but not where anything may have been missed in between", () => {
    const late = fedReader();
    late.feed(sent({}));
    late.pass(2);
    late.feed({ type: "task-started", uuid: "1" }, { type: "task-received", uuid: "1", name: "work", retries: 0 });
    expect(late.starts.map(({ waitSeconds }) => waitSeconds)).toEqual([expect.closeTo(2, 1)]);
    const blind = fedReader();
    blind.feed(sent({}));
    blind.pass(2);
    blind.reader.wasBlind(blind.now * 1000);
    blind.feed({ type: "task-started", uuid: "1" });
    expect(blind.starts.map(({ waitSeconds }) => waitSeconds)).toEqual([undefined]);
  });

  it("is known where all of the first attempt is read after another worker has ended the next", () => {
    const fed = fedReader();
    const other = { uuid: "1", hostname: "other@host", pid: 2 };
    fed.feed(sent({}), sent({ retries: 1 }));
    fed.feed(...wholeTask("1", "work").map((event) => ({ ...event, ...other, retries: 1 })));
    fed.pass(0.1);
    fed.feed({ type: "task-received", uuid: "1", name: "work", retries: 0 });
    fed.feed({ type: "task-started", uuid: "1" }, { type: "task-retried", uuid: "1", exception: "ValueError()" });
    expect(fed.starts.map(({ waitSeconds }) => waitSeconds)).toEqual([undefined, expect.closeTo(0.1, 1)]);
    expect(fed.counts()).toEqual({ "work mails retry": 1, "work mails success": 1 });
  });

  it("is not that of the next attempt where the start of the first was missed", () => {
    const fed = fedReader();
    fed.feed(sent({}), { type: "task-received", uuid: "1", name: "work", retries: 0 });
    fed.feed(sent({ retries: 1 }), { type: "task-retried", uuid: "1", exception: "ValueError()" });
    fed.feed(...wholeTask("1", "work").map((event) => ({ ...event, retries: 1 })));
    expect(fed.starts.map(({ waitSeconds }) => waitSeconds)).toEqual([undefined]);
  });

  it("is known of a task that its busy producer announces seconds later, where it announces such tasks", () => {
    const fed = fedReader();
    fed.feed(sent({ uuid: "0" }), ...wholeTask("0", "work"), ...wholeTask("1", "work"));
    fed.pass(4);
    fed.feed(sent({}));
    expect(fed.starts.map(({ waitSeconds }) => waitSeconds)).toEqual([0, 0]);
    expect(fed.counts()).toEqual({ "work mails success": 2 });
  });
});

describe("a retry", () => {
  it("counts for its task where its end is read after that of the next attempt", () => {
    const fed = fedReader();
    fed.feed({ type: "task-received", uuid: "1", name: "work" }, { type: "task-started", uuid: "1" });
    fed.feed(...wholeTask("1", "work").map((event) => ({ ...event, retries: 1 })));
    fed.feed({ type: "task-retried", uuid: "1", exception: "ValueError()" });
    fed.pass(3);
    expect(fed.counts()).toEqual({ "work _UNKNOWN success": 1, "work _UNKNOWN retry": 1 });
  });
});

describe("an attempt", () => {
  it("that is read after the next one has ended the task counts, and leaves nothing behind", () => {
    const fed = fedReader();
    const next = wholeTask("1", "work").map((event, index) => ({
      ...event,
      retries: 1,
      hostname: "v@host",
      clock: index,
    }));
    fed.feed(...next);
    fed.pass(3);
    fed.feed({ type: "task-received", uuid: "1", name: "work", retries: 0 }, { type: "task-started", uuid: "1" });
    expect(fed.active()).toEqual({ _UNKNOWN: 1 });
    fed.feed({ type: "task-retried", uuid: "1", exception: "ValueError()" });
    fed.pass(6);
    expect(fed.counts()).toEqual({ "work _UNKNOWN success": 1, "work _UNKNOWN retry": 1 });
    expect(fed.active()).toEqual({ _UNKNOWN: 0 });
    expect(fed.reader.trackedTasks).toBe(0);
  });

  it("of a task that is run once more counts once more", () => {
    const fed = fedReader();
    fed.feed(...wholeTask("1", "work"));
    fed.pass(3);
    const [received, started, succeeded] = wholeTask("1", "work");
    fed.feed({ ...received }, { ...started });
    fed.pass(60);
    fed.feed({ ...succeeded });
    expect(fed.counts()).toEqual({ "work _UNKNOWN success": 2 });
  });
});

describe("the tasks that run now", () => {
  const start = (uuid: string): readonly Record<string, unknown>[] => [
    { type: "task-received", uuid, name: "work" },
    { type: "task-started", uuid },
  ];

  it("end with their worker, when it says so and when it is not heard of any more", () => {
    const fed = fedReader({ queuesOf: () => ["mails"], isAwaited: () => false });
    fed.beat(0);
    fed.feed(...start("1"), ...start("2"));
    fed.pass(3);
    expect(fed.active()).toEqual({ mails: 2 });
    expect(Object.fromEntries(fed.reader.workers())).toEqual({ mails: 1 });
    fed.pass(31);
    expect(fed.active()).toEqual({ mails: 0 });
    expect(Object.fromEntries(fed.reader.workers())).toEqual({ mails: 0 });
    fed.beat(2, 2);
    expect(Object.fromEntries(fed.reader.workers())).toEqual({ mails: 1 });
    fed.feed({ type: "worker-offline", processed: 2, active: 0 });
    expect(Object.fromEntries(fed.reader.workers())).toEqual({ mails: 0 });
    expect(fed.reader.missed).toBe(0);
  });

  it("go on while their worker has lost its connection, and were missed when it does not come back", () => {
    const fed = fedReader();
    fed.beat(0);
    fed.feed(...start("1"), ...start("2"));
    fed.beat(2, 2);
    expect(Object.fromEntries(fed.reader.workers())).toEqual({ _UNKNOWN: 1 });
    fed.feed({ type: "worker-offline", processed: 2, active: 2 });
    expect(Object.fromEntries(fed.reader.workers())).toEqual({ _UNKNOWN: 0 });
    fed.pass(10);
    expect(fed.active()).toEqual({ _UNKNOWN: 2 });
    fed.feed({ type: "worker-online", processed: 2, active: 1 }, { type: "task-succeeded", uuid: "1", runtime: 1 });
    for (let beat = 0; beat < 8; beat++) fed.beat(2, 1);
    expect(fed.active()).toEqual({ _UNKNOWN: 1 });
    expect(fed.reader.missed).toBe(0);
    fed.feed({ type: "worker-offline", processed: 2, active: 1 });
    fed.pass(31);
    expect(fed.active()).toEqual({ _UNKNOWN: 0 });
    expect(fed.reader.missed).toBe(1);
  });

  it("end where the worker says that they have, although nothing was read of it; that is a loss after an interruption alone", () => {
    const quiet = fedReader();
    quiet.beat(0);
    quiet.feed(...start("1"));
    for (let beat = 0; beat < 6; beat++) quiet.beat(1, 0);
    expect(quiet.active()).toEqual({ _UNKNOWN: 0 });
    expect(quiet.reader.missed).toBe(0);

    const interrupted = fedReader();
    interrupted.beat(0);
    interrupted.feed(...start("1"));
    interrupted.pass(3);
    interrupted.reader.wasBlind(interrupted.now * 1000);
    for (let beat = 0; beat < 6; beat++) interrupted.beat(1, 0);
    expect(interrupted.active()).toEqual({ _UNKNOWN: 0 });
    expect(interrupted.reader.missed).toBe(1);
  });

  it("go over to another worker that takes the task after the first was lost", () => {
    const fed = fedReader();
    fed.feed(...start("1"));
    fed.feed(...start("1").map((event, index) => ({ ...event, hostname: "v@host", clock: 9 + index })));
    fed.pass(3);
    expect(fed.active()).toEqual({ _UNKNOWN: 1 });
    fed.feed({ type: "task-succeeded", uuid: "1", runtime: 1, hostname: "v@host", clock: 11 });
    expect(fed.active()).toEqual({ _UNKNOWN: 0 });
    expect(fed.counts()).toEqual({ "work _UNKNOWN success": 1 });
  });
});

describe("events that were missed", () => {
  it("are found by what the worker has processed, and counted once", () => {
    const fed = fedReader();
    fed.feed({ type: "worker-online", processed: 0, active: 0 });
    fed.feed(...wholeTask("1", "work"));
    fed.beat(1);
    for (let beat = 0; beat < 8; beat++) fed.beat(4);
    expect(fed.reader.missed).toBe(3);
  });

  it("are none where the reader began after the worker", () => {
    const fed = fedReader();
    for (let beat = 0; beat < 8; beat++) {
      fed.beat(5000 + beat);
      fed.feed(...wholeTask(`${beat}`, "work"));
    }
    expect(fed.reader.missed).toBe(0);
  });

  it("are found of a worker that was started anew, in a container that gives it the same process id", () => {
    const fed = fedReader();
    for (let beat = 0; beat < 5; beat++) fed.beat(5000);
    fed.pass(3);
    fed.feed({ type: "worker-online", processed: 0, active: 0, clock: 1 });
    fed.feed(...wholeTask("1", "work").map((event, index) => ({ ...event, clock: 2 + index })));
    for (let beat = 0; beat < 5; beat++) fed.beat(3, 0, { clock: 10 + beat });
    expect(fed.reader.missed).toBe(2);
  });

  it("are not those of a worker without -E; that is said in words", () => {
    const fed = fedReader();
    for (let beat = 0; beat < 8; beat++) fed.beat(10 * beat);
    expect(fed.reader.missed).toBe(0);
    expect(fed.reader.silentWorkers()).toEqual(["w@host"]);
    expect(new Set(fed.told)).toEqual(
      new Set([
        'read_events: Broker "default": Celery workers run tasks and send no events about them. Start them with -E, or set worker_send_task_events = True.',
      ]),
    );
    expect([fed.reader.nodes(), fed.reader.announcingWorkers()]).toEqual([["w@host"], []]);
    const silentSince = fed.reader.lastEventMs;
    fed.beat(100);
    expect(fed.reader.lastEventMs).toBe(silentSince);
    fed.feed(...wholeTask("1", "work"));
    for (let beat = 0; beat < 8; beat++) fed.beat(101);
    expect(fed.reader.silentWorkers()).toEqual([]);
    expect(fed.reader.announcingWorkers()).toEqual(["w@host"]);
    expect(fed.reader.missed).toBe(0);
  });
});

describe("what is remembered of tasks", () => {
  it("is bounded; the oldest is forgotten, said so, and counted without its name", () => {
    const fed = fedReader({ maxTasks: 3 });
    for (const uuid of ["1", "2", "3", "4"]) {
      fed.feed({ type: "task-sent", uuid, name: "work", queue: "mails", hostname: "gen1@host", retries: 0 });
    }
    expect(fed.reader.trackedTasks).toBe(3);
    expect(fed.told).toHaveLength(1);
    expect(fed.told[0]).toMatch(/^read_events: Broker "default": more than 3 Celery tasks/);
    fed.feed({ type: "task-succeeded", uuid: "1", runtime: 1 }, { type: "task-succeeded", uuid: "4", runtime: 1 });
    expect(fed.counts()).toEqual({ "_UNKNOWN _UNKNOWN success": 1, "work mails success": 1 });
    fed.pass(6);
    expect(fed.reader.trackedTasks).toBe(2);
  });

  it("is nothing of tasks that have ended, in whatever way", () => {
    const fed = fedReader();
    fed.feed(...wholeTask("1", "work"));
    const ends = [
      { type: "task-failed", exception: "ValueError()" },
      { type: "task-revoked", terminated: true, expired: false },
      { type: "task-rejected", requeue: false },
    ];
    for (const [index, end] of ends.entries()) {
      const uuid = `e${index}`;
      fed.feed({ type: "task-received", uuid, name: "work" }, { type: "task-started", uuid }, { ...end, uuid });
    }
    fed.pass(6);
    expect(fed.reader.trackedTasks).toBe(0);
    expect(fed.counts()).toEqual({ "work _UNKNOWN success": 1, "work _UNKNOWN failure ValueError": 1 });
    expect(fed.active()).toEqual({ _UNKNOWN: 0 });
  });
});

describe("messages that are none of Celery's", () => {
  it.each([
    ["text", "hello"],
    ["an empty batch", celeryMessage([])],
    ["a number", celeryMessage(7 as never)],
    ["fields of the wrong kinds", celeryMessage({ type: "task-started", uuid: 7, hostname: {}, clock: "x", pid: [] })],
    ["no fields", celeryMessage([{}, { type: 5 }, { type: "task-succeeded", hostname: "w@host" }])],
    ["a custom event", celeryMessage({ type: "task-progress", hostname: "w@host", uuid: "1", clock: 1 })],
    [
      "a heartbeat without numbers",
      celeryMessage({ type: "worker-heartbeat", hostname: "w@host", clock: -1, processed: "9" }),
    ],
  ])("change nothing: %s", (_, message) => {
    const fed = fedReader();
    expect(() => fed.reader.read(message, 0)).not.toThrow();
    expect(fed.ends).toEqual([]);
    expect(fed.starts).toEqual([]);
    expect(fed.problems).toEqual([]);
    expect(fed.reader.missed).toBe(0);
  });
});

it("tells of every event once, with the time at which it was read", () => {
  const told: string[] = [];
  const fed = fedReader({ onEvent: (event, readAtMs) => told.push(`${event.type} ${readAtMs === fed.now * 1000}`) });
  const sent = { type: "task-sent", uuid: "1", name: "work", queue: "said", hostname: "gen1@host", retries: 0 };
  const received = { type: "task-received", uuid: "1", name: "work", clock: 5 };
  fed.feed(sent, received, received);
  expect(told).toEqual(["task-sent true", "task-received true"]);
});
