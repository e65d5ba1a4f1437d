import { describe, expect, it } from "vitest";
import { observeTaskEvents, type TaskEventSource } from "../src/task-event-observer.ts";
import { collectPoints } from "./collect-points.ts";

interface Source extends TaskEventSource {
  lastEventAtSeconds: number | undefined;
  missed: number;
  byQueue: Record<string, number>;
}

function source(broker: string): Source {
  return {
    broker,
    lastEventAtSeconds: undefined,
    missed: 0,
    byQueue: {},
    workers() {
      return new Map(Object.entries(this.byQueue));
    },
  };
}

describe("the gauges of event readers", () => {
  it("show the last event and what was missed by broker, and workers by queue over all brokers", async () => {
    const { provider, values } = collectPoints();
    const sources = [source("jobs"), source("mails")];
    observeTaskEvents({ observables: provider.getMeter("test"), sources: () => sources });
    expect(await values("task_events_timestamp_seconds")).toEqual({});
    expect(await values("task_events_missed_total")).toEqual({ "broker=jobs": 0, "broker=mails": 0 });
    expect(await values("task_workers")).toEqual({});

    Object.assign(sources[0] as Source, { lastEventAtSeconds: 1.5, missed: 3, byQueue: { mails: 2, _UNKNOWN: 1 } });
    Object.assign(sources[1] as Source, { byQueue: { _UNKNOWN: 4, idle: 0 } });
    expect(await values("task_events_timestamp_seconds")).toEqual({ "broker=jobs": 1.5 });
    expect(await values("task_events_missed_total")).toEqual({ "broker=jobs": 3, "broker=mails": 0 });
    expect(await values("task_workers")).toEqual({ "queue=mails": 2, "queue=_UNKNOWN": 5, "queue=idle": 0 });
  });

  it("show one broker with the events of several frameworks as one: the last event, and all that was missed", async () => {
    const { provider, values } = collectPoints();
    const sources = [source("jobs"), source("jobs"), source("jobs")];
    observeTaskEvents({ observables: provider.getMeter("test"), sources: () => sources });
    Object.assign(sources[0] as Source, { lastEventAtSeconds: 9, missed: 3 });
    Object.assign(sources[1] as Source, { lastEventAtSeconds: 7, missed: 2 });
    expect(await values("task_events_timestamp_seconds")).toEqual({ "broker=jobs": 9 });
    expect(await values("task_events_missed_total")).toEqual({ "broker=jobs": 5 });
  });

  it("show nothing of a source that is there no more, and nothing at all once they are taken back", async () => {
    const { provider, values } = collectPoints();
    const sources = [Object.assign(source("jobs"), { lastEventAtSeconds: 1, byQueue: { mails: 1 } })];
    const close = observeTaskEvents({ observables: provider.getMeter("test"), sources: () => sources });
    expect(await values("task_workers")).toEqual({ "queue=mails": 1 });
    const gone = sources.splice(0);
    expect(await values("task_workers")).toEqual({});
    expect(await values("task_events_timestamp_seconds")).toEqual({});
    sources.push(...gone);
    close();
    expect(await values("task_workers")).toEqual({});
  });
});
