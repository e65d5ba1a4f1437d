import {
  judgeWindows,
  observeQueue,
  type QueueObservation,
  type QueueVerdict,
  type ThresholdSettings,
  thresholdsFor,
  WatchHistory,
} from "@taskvitals/rules";
import { expect, test } from "vitest";
import { seededRandom } from "../../../test/shared-totals/seeded-random.ts";
import { judgeQueues, type LiveJudgedQueue } from "../src/judge-queues.ts";
import { LiveHistory } from "../src/live-history.ts";
import { ofProcess, type QueueStory, reading } from "./readings.ts";

function judged(history: LiveHistory, queue = "jobs", settings: ThresholdSettings = {}): LiveJudgedQueue | undefined {
  return judgeQueues(history, settings).find(({ judgement }) => judgement.queue === queue);
}

/** Looks every 5 s at a queue, whose story is told from the number of the look. */
function lived(looks: number, story: (look: number) => QueueStory, settings: ThresholdSettings = {}): string {
  const history = new LiveHistory();
  for (let look = 0; look < looks; look += 1) history.add(1000 + 5 * look, ofProcess({ jobs: story(look) }), undefined);
  const { isUnread, judgement } = judged(history, "jobs", settings) ?? {};
  return isUnread === true ? "unread" : [judgement?.verdict, judgement?.cause].filter(Boolean).join(" ");
}

/** A story of a queue that goes up and down, is worked off, fails and is paused by chance. */
function randomStory(random: () => number): (look: number) => QueueStory {
  const pace = random() * 4;
  const arrivals = random() * 4;
  const failing = random() < 0.3 ? random() * 0.3 : 0;
  const hasAge = random() < 0.7;
  const slots = random() < 0.6 ? Math.floor(random() * 4) : undefined;
  const workers = random() < 0.4 ? Math.floor(random() * 2) : undefined;
  const stopsAt = random() < 0.4 ? Math.floor(random() * 180) : Number.POSITIVE_INFINITY;
  const counts = { succeeded: 0, failed: 0, retried: 0 };
  const keepsFailures = random() < 0.3;
  const overdue = random() < 0.2 ? Math.floor(random() * 3) : undefined;
  const isCounted = random() < 0.8;
  let ready = Math.floor(random() * 300);
  let age = ready > 0 ? Math.floor(random() * 1000) : 0;
  return (look) => {
    ready += Math.floor(arrivals + random());
    const taken = look < stopsAt ? Math.min(ready, Math.floor(pace + random())) : 0;
    ready -= taken;
    age = ready === 0 ? 0 : taken > 0 ? Math.min(age + 5, 30 + Math.floor(random() * 700)) : age + 5;
    for (let nth = 0; nth < taken; nth += 1) counts[random() < failing ? "failed" : "succeeded"] += 1;
    if (random() < failing) counts.retried += 1;
    return {
      ready,
      ...(hasAge && { oldestAgeSeconds: age }),
      ...(slots !== undefined && { slots, active: Math.min(slots, ready) }),
      ...(workers !== undefined && { workers }),
      ...(keepsFailures && { failed: counts.failed }),
      ...(overdue !== undefined && { overdue }),
      ...(isCounted && { tasks: { train: { ...counts } } }),
    };
  };
}

test("a queue is judged as the doctor judges it over the same readings, whichever the windows", () => {
  const verdicts = new Set<QueueVerdict>();
  for (let seed = 1; seed <= 300; seed += 1) {
    const random = seededRandom(seed);
    const story = randomStory(random);
    const [stuckSeconds, failureWindowSeconds, growthWindowSeconds] = [300, 450, 900].toSorted(() => random() - 0.5);
    const settings = {
      values: {
        ...{ stuckSeconds, failureWindowSeconds, growthWindowSeconds },
        ...{ backlogTasks: 100, oldestTaskSeconds: 600 },
      },
    };
    const history = new LiveHistory();
    const watched = [stuckSeconds, failureWindowSeconds, growthWindowSeconds].map(
      (seconds) => new WatchHistory(seconds ?? 0),
    );
    const looks = 90 + Math.floor(random() * 110);
    for (let look = 0; look < looks; look += 1) {
      const at = 1000 + 5 * look;
      const now = reading({ jobs: story(look) });
      history.add(at, new Map([["process", now]]), undefined);
      for (const one of watched) one.add(at, new Map([["process", now.samples]]));
    }
    const [still, failure, growth] = watched.map(
      ({ looks: seen }) =>
        observeQueue("jobs", seen, { isDeclared: true }) ?? ({ queue: "jobs", watchedSeconds: 0 } as QueueObservation),
    );
    if (still === undefined || failure === undefined || growth === undefined) expect.fail("nothing was watched");
    // Whether it still grows is judged over the last third of the looks, and these are fewer here: an edge apart at most.
    const doctors = judgeWindows({ still, failure, growth }, settings);
    const page = judged(history, "jobs", settings);
    const { readyChangeLately: _, ...doctorSaw } = doctors.seen;
    const { readyChangeLately: __, ...pageSaw } = page?.seen ?? ({} as QueueObservation);
    verdicts.add(doctors.judgement.verdict);
    const isEdge = doctors.judgement.verdict !== page?.judgement.verdict && isOnEdge(doctors.seen, page?.seen);
    if (!isEdge) {
      expect(page?.judgement.verdict, `seed ${seed}`).toBe(doctors.judgement.verdict);
      expect(pageSaw, `seed ${seed}`).toEqual(doctorSaw);
    }
  }
  expect([...verdicts].toSorted()).toEqual(["backlog", "failing", "healthy", "starving", "stuck"]);
});

/** Growth of lately that is told apart by where its third begins. */
function isOnEdge(doctors: QueueObservation, page: QueueObservation | undefined): boolean {
  return Math.sign(doctors.readyChangeLately ?? 0) !== Math.sign(page?.readyChangeLately ?? 0);
}

test("a queue that the newest reading could not read is blind at once, and says why", () => {
  expect(lived(10, () => ({ ready: 3 }))).toBe("healthy");
  expect(lived(10, (look) => (look < 9 ? { ready: 3 } : { readErrors: { refused: 1 } }))).toBe("blind unreadable");
  expect(lived(10, (look) => (look < 3 ? { ready: 3 } : { readErrors: { timeout: look } }))).toBe("blind unreadable");
});

test("it recovers with the next reading that could, whatever failed before", () => {
  expect(
    lived(10, (look) => (look < 9 ? { readErrors: { refused: look } } : { ready: 3, readErrors: { refused: 8 } })),
  ).toBe("healthy");
});

test("a queue whose tasks are counted and that nobody reads is unread, and not ill", () => {
  expect(lived(10, (look) => ({ tasks: { train: { succeeded: look, failed: 0 } } }))).toBe("unread");
});

test("where its tasks fail it is failing all the same", () => {
  expect(lived(100, (look) => ({ tasks: { train: { succeeded: look, failed: look } } }))).toMatch(/^failing/);
});

test("of tasks that were counted before the first look, none failed of late", () => {
  expect(lived(1, () => ({ ready: 0, tasks: { train: { succeeded: 0, failed: 500 } } }))).toBe("healthy");
  expect(lived(2, () => ({ ready: 0, tasks: { train: { succeeded: 0, failed: 500 } } }))).toBe("healthy");
});

test("growth that was watched for less than a third of its window is no backlog yet", () => {
  const growing = (look: number): QueueStory => ({ ready: look * 100 });
  expect(lived(50, growing)).toBe("healthy");
  expect(lived(70, growing)).toMatch(/^backlog/);
});

test("tasks whose queue nobody knows are judged by their failures alone, and are no queue while they succeed", () => {
  const history = new LiveHistory();
  for (let look = 0; look < 100; look += 1) {
    const counts = { succeeded: look, failed: look };
    history.add(1000 + 5 * look, ofProcess({ _UNKNOWN: { tasks: { train: counts } } }), undefined);
  }
  const { next, verdict } = judged(history, "_UNKNOWN")?.judgement ?? {};
  expect(verdict).toBe("failing");
  expect(next).toContain("--celery-inspect");
  const well = new LiveHistory();
  for (let look = 0; look < 100; look += 1)
    well.add(1000 + 5 * look, ofProcess({ _UNKNOWN: { tasks: { train: { succeeded: look, failed: 0 } } } }), undefined);
  expect(judgeQueues(well, {})).toEqual([]);
});

test("a queue that was removed is not judged any more", () => {
  const history = new LiveHistory();
  history.add(1000, ofProcess({ jobs: { ready: 1 }, other: { ready: 1 } }), undefined);
  history.add(1005, ofProcess({ other: { ready: 1 } }), undefined);
  expect(judgeQueues(history, {}).map(({ judgement }) => judgement.queue)).toEqual(["other"]);
});

test("a queue that was removed while it could not be read goes as well, although its failures stay counted", () => {
  const history = new LiveHistory();
  const other = { ready: 1 };
  const failed = (timeout: number): ReturnType<typeof ofProcess> =>
    ofProcess({ jobs: { readErrors: { timeout } }, other });
  for (const [nth, count] of [1, 2, 2, 2, 2].entries()) history.add(1000 + 5 * nth, failed(count), undefined);
  expect(judgeQueues(history, {}).map(({ judgement }) => judgement.queue)).toEqual(["other"]);
});

test("queues beyond those whose past is kept are judged by what is true now", () => {
  const history = new LiveHistory();
  const queues = Object.fromEntries(
    Array.from({ length: 1005 }, (_, nth) => [`jobs-${nth}`, { ready: 5, workers: nth % 2 }]),
  );
  for (let look = 0; look < 3; look += 1) history.add(1000 + 5 * look, ofProcess(queues), undefined);
  const verdicts = judgeQueues(history, {}).map(({ judgement }) => judgement.verdict);
  expect(verdicts.slice(-4)).toEqual(["healthy", "starving", "healthy", "starving"]);
  expect(history.queues.track("jobs-1004")).toBeUndefined();
});

test("names that objects have of their own are names like any other", () => {
  const history = new LiveHistory();
  const names = ["__proto__", "constructor", "toString", "", "a\u2028b", "</script>"];
  const of = (): ReadonlyMap<string, ReturnType<typeof reading>> =>
    new Map([["process", reading(Object.fromEntries(names.map((name) => [name, { ready: 1, workers: 0 }])))]]);
  history.add(1000, of(), undefined);
  history.add(1005, of(), undefined);
  const settings = { queues: { other: { stuckSeconds: 60 } } };
  const found = judgeQueues(history, settings).map(({ judgement }) => judgement);
  expect(found.map(({ queue, verdict }) => `${queue} ${verdict}`)).toEqual(names.map((name) => `${name} starving`));
  expect(thresholdsFor(settings, { queue: "__proto__" }).stuckSeconds).toBeGreaterThan(60);
});
