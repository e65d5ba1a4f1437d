import { afterEach, beforeEach, expect, onTestFinished, test, vi } from "vitest";
import { LiveFeed, type LiveFeedOptions, MAX_LISTENERS } from "../src/live-feed.ts";
import type { LiveReading } from "../src/live-reading.ts";
import type { LiveChange, LiveHistory, LiveState } from "../src/live-state.ts";
import { ofProcess } from "./readings.ts";

beforeEach(() => {
  vi.useFakeTimers({ now: 1_000_000_000, toFake: ["setTimeout", "clearTimeout", "Date"] });
});

afterEach(() => {
  vi.useRealTimers();
});

interface Told {
  readonly event: string;
  readonly data: LiveState & LiveChange;
}

interface Listening {
  readonly told: readonly Told[];
  readonly ended: () => boolean;
  readonly stop: (() => void) | undefined;
}

function listen(feed: LiveFeed): Listening {
  const told: Told[] = [];
  let ended = false;
  const stop = feed.listen({
    send: (event, json) => void told.push({ event, data: JSON.parse(json) as LiveState & LiveChange }),
    end: () => {
      ended = true;
    },
  });
  return { told, ended: () => ended, stop };
}

interface Fed {
  readonly feed: LiveFeed;
  /** Whether somebody was said to look, by reading. */
  readonly watched: boolean[];
  /** How often the state was worked out. */
  readonly composed: () => number;
}

/** A feed of one queue whose length is the number of the reading. */
async function started(options: Partial<LiveFeedOptions> = {}): Promise<Fed> {
  const watched: boolean[] = [];
  let composed = 0;
  const feed = new LiveFeed({
    read: (isWatched) => {
      watched.push(isWatched);
      return Promise.resolve(ofProcess({ jobs: { ready: watched.length } }));
    },
    // Asked for exactly once per state.
    get about() {
      composed += 1;
      return { service: "platform", pid: 1, tasksOf: "process", metricsPath: "/metrics" } as const;
    },
    describe: (error) => `described: ${error instanceof Error ? error.message : "?"}`,
    now: () => Date.now(),
    elapsed: () => Date.now(),
    ...options,
  });
  onTestFinished(() => feed.end());
  feed.start();
  await passes(0);
  return { feed, watched, composed: () => composed };
}

/** Lets time pass, and what is due happen. */
async function passes(ms: number): Promise<void> {
  await vi.advanceTimersByTimeAsync(ms);
}

function state(feed: LiveFeed): LiveState {
  return JSON.parse(feed.state()) as LiveState;
}

function lengths({ told }: Listening): (number | undefined)[] {
  return told.map(({ data }) => data.queues[0]?.ready);
}

test("it reads at once and every five seconds, and works nothing out while nobody looks", async () => {
  const { composed, feed, watched } = await started();
  expect(watched).toHaveLength(1);
  await passes(60_000);
  expect(watched).toHaveLength(13);
  expect(composed()).toBe(0);
  expect(state(feed).queues[0]?.ready).toBe(13);
  expect(composed()).toBe(1);
});

test("the past is there at the first look", async () => {
  const { feed } = await started();
  await passes(60_000);
  const { at, curves } = JSON.parse(feed.history({ queue: "jobs" }) ?? "") as LiveHistory;
  expect(at).toHaveLength(13);
  expect(curves.ready).toEqual(Array.from({ length: 13 }, (_, nth) => nth + 1));
  expect(feed.history({ queue: "other" })).toBeUndefined();
});

test("ten who listen and those who ask cost one computation per reading", async () => {
  const { composed, feed } = await started();
  const all = Array.from({ length: 10 }, () => listen(feed));
  expect(composed()).toBe(1);
  await passes(20_000);
  feed.state();
  feed.state();
  expect(composed()).toBe(5);
  for (const one of all) expect(lengths(one)).toEqual([1, 2, 3, 4, 5]);
  expect(all[0]?.told.map(({ event }) => event)).toEqual(["state", "change", "change", "change", "change"]);
});

test("who comes between two readings is told the newest state first, and from then on what changes", async () => {
  const { feed } = await started();
  listen(feed);
  await passes(7000);
  const late = listen(feed);
  await passes(5000);
  expect(late.told.map(({ event }) => event)).toEqual(["state", "change"]);
  expect(lengths(late)).toEqual([2, 3]);
});

test("somebody counts as looking while a stream is open, and for a minute after the last look", async () => {
  const { feed, watched } = await started();
  const { stop } = listen(feed);
  await passes(120_000);
  expect(watched.slice(1)).not.toContain(false);
  stop?.();
  const before = watched.length;
  await passes(120_000);
  expect(watched.slice(before).filter(Boolean)).toHaveLength(11);
  expect(watched.at(-1)).toBe(false);
  feed.state();
  await passes(5000);
  expect(watched.at(-1)).toBe(true);
});

test(`of ${MAX_LISTENERS} who listen the next one is refused, until one leaves`, async () => {
  const { feed } = await started();
  const all = Array.from({ length: MAX_LISTENERS }, () => listen(feed));
  expect(all.every(({ stop }) => stop !== undefined)).toBe(true);
  expect(listen(feed).stop).toBeUndefined();
  all[0]?.stop?.();
  expect(listen(feed).stop).toBeDefined();
});

test("a listener that throws disturbs nobody", async () => {
  const { feed } = await started();
  const fail = (): never => {
    throw new Error("gone");
  };
  feed.listen({ send: fail, end: fail });
  const other = listen(feed);
  await passes(10_000);
  expect(lengths(other)).toEqual([1, 2, 3]);
  feed.end();
  expect(other.ended()).toBe(true);
});

test("a reading that fails is said with the next tick, what was known stays, and the next reading clears it", async () => {
  let nth = 0;
  const { feed } = await started({
    read: () => {
      nth += 1;
      return nth === 2 ? Promise.reject(new Error("no answer")) : Promise.resolve(ofProcess({ jobs: { ready: nth } }));
    },
  });
  const page = listen(feed);
  await passes(5000);
  expect(page.told.at(-1)?.data).toMatchObject({ failure: "described: no answer", at: 1_000_000, queues: [] });
  expect(state(feed).queues[0]?.ready).toBe(1);
  await passes(5000);
  expect(page.told.at(-1)?.data).not.toHaveProperty("failure");
  expect(lengths(page).at(-1)).toBe(3);
});

test("a source that throws at once is a failed reading", async () => {
  const { feed } = await started({
    read: () => {
      throw new Error("broken");
    },
  });
  expect(state(feed)).toMatchObject({ failure: "described: broken", at: 0 });
});

test("a reading that never ends is said after half a minute, and none begins beside it", async () => {
  let begun = 0;
  let release: ((readings: ReadonlyMap<string, LiveReading>) => void) | undefined;
  const { feed } = await started({
    read: () => {
      begun += 1;
      if (begun !== 2) return Promise.resolve(ofProcess({ jobs: { ready: begun } }));
      return new Promise((resolve) => {
        release = resolve;
      });
    },
  });
  const page = listen(feed);
  await passes(5000 + 29_000);
  expect(page.told).toHaveLength(1);
  await passes(1000);
  expect(page.told.at(-1)?.data.failure).toBe("the reading has not ended after 30 s");
  await passes(300_000);
  expect(begun).toBe(2);
  expect(page.told.length).toBeGreaterThan(50);
  release?.(ofProcess({ jobs: { ready: 99 } }));
  await passes(5000);
  expect([begun, lengths(page).at(-1)]).toEqual([3, 3]);
  expect(page.told.at(-1)?.data).not.toHaveProperty("failure");
});

test("slow readings are followed by a rest, said in tickSeconds; half a minute is the longest", async () => {
  const took = { ms: 200 };
  let begun = 0;
  const { feed } = await started({
    read: () => {
      begun += 1;
      return new Promise((resolve) => setTimeout(() => resolve(ofProcess({})), took.ms));
    },
  });
  /** How long it takes to the next reading, and what was said of it. */
  const next = async (): Promise<readonly [seconds: number, tickSeconds: number]> => {
    const before = begun;
    let ms = 0;
    for (; begun === before; ms += 100) await passes(100);
    return [ms / 1000, state(feed).tickSeconds];
  };
  // The first may have waited for the application, which has much to do when it starts.
  expect(await next()).toEqual([5, 5]);
  expect(await next()).toEqual([10, 10]);
  took.ms = 3000;
  // One has begun before that, and of two in a row the faster one counts.
  expect([await next(), await next(), await next()]).toEqual([
    [10, 10],
    [10, 10],
    [30, 30],
  ]);
  took.ms = 20;
  expect([await next(), await next()]).toEqual([
    [30, 30],
    [5, 5],
  ]);
});

test("kept totals that are added are nothing that happened now, not even in the middle of a reading", async () => {
  let succeeded = 0;
  let isHeld = false;
  let release: (() => void) | undefined;
  const { feed } = await started({
    read: async () => {
      if (isHeld) await new Promise<void>((resolve) => (release = resolve));
      return ofProcess({
        jobs: { ready: 0, tasks: { train: { succeeded, failed: 0, runs: [succeeded, 0, 0, 0, 0] } } },
      });
    },
  });
  succeeded = 3;
  await passes(5000);
  succeeded += 1_000_000;
  feed.rebase();
  await passes(5000);
  expect(state(feed).tasks).toMatchObject([{ task: "train", ended: 3 }]);
  isHeld = true;
  await passes(5000);
  succeeded += 1_000_000;
  feed.rebase();
  isHeld = false;
  release?.();
  await passes(0);
  succeeded += 2;
  await passes(5000);
  succeeded += 4;
  await passes(5000);
  const [task] = state(feed).tasks;
  expect(task?.ended).toBe(7);
  expect(task?.runP95).toBe(0.95);
});

test("ended, it reads nothing more, and tells its listeners so", async () => {
  const { feed, watched } = await started();
  const page = listen(feed);
  feed.end();
  feed.end();
  expect(page.ended()).toBe(true);
  await passes(60_000);
  expect(watched).toHaveLength(1);
  expect(page.told).toHaveLength(1);
  expect(listen(feed).stop).toBeUndefined();
});

test("ended in the middle of a reading, it keeps nothing of it", async () => {
  let release: ((readings: ReadonlyMap<string, LiveReading>) => void) | undefined;
  const { feed } = await started({
    read: () =>
      new Promise((resolve) => {
        release = resolve;
      }),
  });
  feed.end();
  release?.(ofProcess({ jobs: { ready: 1 } }));
  await passes(60_000);
  expect(state(feed).queues).toEqual([]);
});

test("what cannot be worked out ends neither the readings nor the process", async () => {
  let isBroken = false;
  const about = {
    service: "platform",
    pid: 1,
    tasksOf: "process",
    metricsPath: "/metrics",
    toJSON: () => {
      if (isBroken) throw new Error("broken");
      return {};
    },
  } as const;
  const { feed, watched } = await started({ about });
  const page = listen(feed);
  isBroken = true;
  await passes(5000);
  expect(() => feed.state()).toThrow("broken");
  isBroken = false;
  await passes(5000);
  expect(watched).toHaveLength(3);
  expect(page.told.map(({ event }) => event)).toEqual(["state", "state"]);
  expect(lengths(page)).toEqual([1, 3]);
});

test("since when there are readings is never after the newest one, also where the clock was set back", async () => {
  const { feed } = await started();
  expect(state(feed).since).toBe(1_000_000);
  vi.setSystemTime(900_000_000);
  await passes(5000);
  const { at, since } = state(feed);
  expect(since).toBe(at);
});
