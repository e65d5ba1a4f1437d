import { EventReader, type EventReaderOptions } from "../../src/celery-events/event-reader.ts";
import { type RecordedTasks, recordedTasks } from "./recorded-tasks.ts";

/** An event as a test writes it. */
export type EventFields = Readonly<Record<string, unknown>>;

/** One or several events in the envelope of kombu. */
export function celeryMessage(events: EventFields | readonly EventFields[]): string {
  return JSON.stringify({
    body: Buffer.from(JSON.stringify(events)).toString("base64"),
    "content-encoding": "utf-8",
    "content-type": "application/json",
    headers: { hostname: "w@host" },
    properties: {
      delivery_mode: 1,
      delivery_info: { exchange: "celeryev", routing_key: "task.multi" },
      priority: 0,
      body_encoding: "base64",
      delivery_tag: "8a04a230-b8c1-42f4-9329-f3d551cbb6d7",
    },
  });
}

/** A reader that is fed by hand, at times of the test's own. */
export interface FedReader extends RecordedTasks {
  readonly reader: EventReader;
  readonly told: string[];
  /** Unix time in seconds. */
  now: number;
  /** Reads events of the worker `w@host` that happen now, in one message; their logical clock goes on by one each. */
  feed(...events: EventFields[]): void;
  /** Lets time pass with the sweeps that belong to it. */
  pass(seconds: number): void;
  /** A heartbeat two seconds after whatever was before. */
  beat(processed: number, active?: number, more?: EventFields): void;
}

/** Makes one. */
export function fedReader(options: Partial<EventReaderOptions> = {}): FedReader {
  const recorded = recordedTasks();
  const told: string[] = [];
  const reader = new EventReader({
    broker: "default",
    tasks: recorded.tasks,
    taskQueues: new Map(),
    label: (queue) => queue,
    workerTimeoutMs: 30_000,
    maxTasks: 1000,
    isAsking: false,
    queuesOf: () => undefined,
    isAwaited: () => false,
    onProblem: (operation, message) => told.push(`${operation}: ${message}`),
    onWorker: () => {},
    ...options,
  });
  let clock = 0;
  return {
    ...recorded,
    reader,
    told,
    now: 1_800_000_000,
    feed(...events) {
      const whole = events.map((event) => {
        clock += 1;
        return { hostname: "w@host", pid: 7, clock, utcoffset: 0, timestamp: this.now, ...event };
      });
      reader.read(celeryMessage(whole.length === 1 ? (whole[0] as EventFields) : whole), this.now * 1000);
    },
    pass(seconds) {
      for (let step = 0; step < seconds * 10; step++) {
        this.now += 0.1;
        reader.settleOverdue(this.now * 1000);
        reader.sweep(this.now * 1000);
      }
    },
    beat(processed, active = 0, more = {}) {
      this.pass(2);
      this.feed({ type: "worker-heartbeat", freq: 2, processed, active, ...more });
    },
  };
}

/** The events of one task that runs as it should, as far as they are needed. */
export function wholeTask(uuid: string, name: string, more: EventFields = {}): readonly EventFields[] {
  return [
    { type: "task-received", uuid, name, retries: 0, eta: null },
    { type: "task-started", uuid },
    { type: "task-succeeded", uuid, runtime: 0.25, result: "None", ...more },
  ];
}
