import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  allQueues,
  brokerConditions,
  type Condition,
  expectedOf,
  mustFire,
  queuesOfBrokers,
  SOURCES,
  type Source,
} from "./doctor-staging/conditions.ts";
import { burstIsOver, healBrokers, stageBurst, stageConditions } from "./doctor-staging/stage-conditions.ts";
import { type StagedPlatform, startStagedPlatform } from "./doctor-staging/staged-platform.ts";
import { waitUntil } from "./services/index.ts";

interface Report {
  readonly result: string;
  readonly queues: readonly { queue: string; verdict: string; alert?: string; evidence: readonly string[] }[];
  readonly brokers: readonly { broker: string; verdict: string; alert?: string }[];
  readonly alerts?: readonly { readonly alert: string; readonly labels: Readonly<Record<string, string>> }[];
  readonly unreachable: readonly { readonly source: string }[];
}
interface Diagnosis {
  readonly exitCode: number;
  readonly stderr: string;
  readonly report: Report;
}

let platform: StagedPlatform;
let going: Disposable;
/** What the doctor said, by what it was given. */
let diagnoses: ReadonlyMap<Source, Diagnosis>;
/** The same by Prometheus alone, with the limits as they are by default. */
let overMinutes: Diagnosis;
/** Every alert that fired at any time, by what it is about. */
let fired: ReadonlyMap<string, ReadonlySet<string>>;

beforeAll(async () => {
  platform = await startStagedPlatform();
  going = await stageConditions(platform);
  const allFire = async (): Promise<boolean> => {
    const firing = new Set(await namesOf('ALERTS{alertstate="firing"}'));
    return allDue().every((one) => firing.has(one));
  };
  // Which ones are missing by then, and what the doctor says of those, is told below.
  await waitUntil(allFire, { what: "the alerts", timeoutMs: 90_000, intervalMs: 250 }).catch(() => {});
  await stageBurst(platform);
  const [ofMinutes, ...others] = await Promise.all([
    diagnose("prometheus", "default"),
    ...SOURCES.map(async (source) => [source, await diagnose(source)] as const),
  ]);
  diagnoses = new Map(others);
  overMinutes = ofMinutes;
  await burstIsOver(platform);
  const sets = new Map<string, Set<string>>();
  for (const one of await namesOf('group without (alertstate) (last_over_time(ALERTS{alertstate="firing"}[15m]))')) {
    const [alert = "", about = ""] = one.split(/ (.*)/);
    sets.set(about, (sets.get(about) ?? new Set()).add(alert));
  }
  fired = sets;
});

afterAll(async () => {
  going?.[Symbol.dispose]();
  await platform?.[Symbol.asyncDispose]();
});

/** What must fire, each with what it is about. */
function allDue(): readonly string[] {
  const conditions = { ...keyed("queue", allQueues), ...keyed("broker", brokerConditions) };
  return Object.entries(conditions).flatMap(([about, condition]) =>
    mustFire(condition).map((alert) => `${alert} ${about}`),
  );
}

function keyed<T>(label: string, conditions: Readonly<Record<string, T>>): Readonly<Record<string, T>> {
  return Object.fromEntries(Object.entries(conditions).map(([name, one]) => [`${label} ${name}`, one]));
}

/** An alert and what it is about: a queue, a broker, or a process. */
function nameOf(alert: string | undefined, labels: Readonly<Record<string, string>>): string {
  const { broker, instance, job, queue } = labels;
  if (instance !== undefined) return `${alert} job ${job}`;
  return `${alert} ${queue !== undefined ? `queue ${queue}` : `broker ${broker}`}`;
}

async function namesOf(expr: string): Promise<readonly string[]> {
  const samples = await platform.prometheus.query(expr);
  return samples.map(({ metric }) => nameOf(metric.alertname, metric));
}

async function diagnose(source: Source, limits?: "default"): Promise<Diagnosis> {
  const { exitCode, stderr, stdout } = await platform.doctor(source, limits);
  return { exitCode, stderr, report: JSON.parse(stdout) as Report };
}

/** What fired for each, and what of it must and may. */
function firedAndDue(
  label: string,
  conditions: Readonly<Record<string, Condition<unknown>>>,
): readonly [readonly string[], readonly string[]] {
  const entries = Object.entries(conditions);
  const seen = entries.flatMap(([name, { mayFire = [] }]) =>
    [...(fired.get(`${label} ${name}`) ?? [])].filter((one) => !mayFire.includes(one)).map((one) => `${name}: ${one}`),
  );
  const due = entries.flatMap(([name, condition]) => mustFire(condition).map((one) => `${name}: ${one}`));
  return [seen.toSorted(), due.toSorted()];
}

describe.each(SOURCES)("the doctor, given %s", (source) => {
  const diagnosis = (): Diagnosis => diagnoses.get(source) as Diagnosis;

  it("is right about every queue", () => {
    const { queues } = diagnosis().report;
    const said = queues.map(({ alert, queue, verdict }) => [queue, { verdict, alert }]);
    expect(Object.fromEntries(said), JSON.stringify(queues, null, 1)).toEqual(expectedOf(allQueues, source));
  });

  it("is right about every broker", () => {
    const { brokers } = diagnosis().report;
    const said = brokers.map(({ alert, broker, verdict }) => [broker, { verdict, alert }]);
    expect(Object.fromEntries(said), JSON.stringify(brokers, null, 1)).toEqual(expectedOf(brokerConditions, source));
  });

  it("says by its exit code that something needs attention, and nothing on stderr", () => {
    const { exitCode, report, stderr } = diagnosis();
    expect({ exitCode, result: report.result, stderr }).toEqual({ exitCode: 3, result: "attention", stderr: "" });
  });
});

it("the doctor, given pages, names those that do not answer", () => {
  const unreachable = diagnoses.get("redis and metrics")?.report.unreachable.map(({ source }) => source);
  const { frozen, killed } = platform.workers;
  expect(unreachable?.toSorted()).toEqual([frozen.url, killed.url].toSorted());
});

it.each(["redis and prometheus", "prometheus"] as const)(
  "the doctor, given %s, lists the alerts that fire",
  (source) => {
    const { alerts = [] } = (diagnoses.get(source) as Diagnosis).report;
    expect(alerts.map(({ alert, labels }) => nameOf(alert, labels))).toEqual(expect.arrayContaining([...allDue()]));
  },
);

it("the doctor does not take a burst that drains for growth, where it looks back over minutes", () => {
  const verdicts = overMinutes.report.queues.map(({ evidence, queue, verdict }) => [queue, { verdict, evidence }]);
  expect(Object.fromEntries(verdicts)).toMatchObject({
    burst: { verdict: "healthy", evidence: [expect.any(String), expect.any(String)] },
    small: { verdict: "backlog" },
  });
});

describe("Prometheus", () => {
  it("fires for each queue what agrees with the verdict, and never anything else", () => {
    const [seen, due] = firedAndDue("queue", allQueues);
    expect(seen).toEqual(due);
  });

  it("fires for each broker what agrees with the verdict, and never anything else", () => {
    const [seen, due] = firedAndDue("broker", brokerConditions);
    expect(seen).toEqual(due);
  });

  it("fires for the processes that do not answer, and of nothing else", () => {
    const known = new Set(Object.keys({ ...keyed("queue", allQueues), ...keyed("broker", brokerConditions) }));
    const rest = [...fired].filter(([about]) => !known.has(about));
    expect(Object.fromEntries(rest.map(([about, names]) => [about, [...names]]))).toEqual({
      "job worker-killed": ["TaskTargetDown"],
      "job worker-frozen": ["TaskTargetDown"],
    });
  });
});

it("brokers that recover are healthy again to the doctor, and so are their queues, and their alerts end", async () => {
  await healBrokers(platform);
  const names = [...Object.keys(queuesOfBrokers)].join("|");
  const alerts = `ALERTS{alertstate="firing", broker!=""} or ALERTS{alertstate="firing", queue=~"${names}"}`;
  await platform.prometheus.waitFor(alerts, (firing) => firing.length === 0);
  const { brokers, queues } = (await diagnose("redis and prometheus")).report;
  const ill = queues.filter(({ queue, verdict }) => queue in queuesOfBrokers && verdict !== "healthy");
  expect([...brokers.filter(({ verdict }) => verdict !== "healthy"), ...ill]).toEqual([]);
});
