import { setTimeout as sleep } from "node:timers/promises";
import { createRedisBroker, type RedisBroker } from "@taskvitals/redis";
import type { OpenBroker } from "../brokers/open-broker.ts";
import type { ConfiguredQueue } from "../configuration/exporter-configuration.ts";
import { withoutClients } from "../vitals-options.ts";
import type { BrokerFinding, CounterFinding, Finding, QueueFinding } from "./check-report.ts";
import { remedyOf } from "./remedy.ts";

type Reading = Awaited<ReturnType<RedisBroker["read"]>>;
type QueueOutcome = Reading["queues"][number];

/** What to do about a problem on this broker, by its reason. */
type RemedyOf = (reason: string) => string;

/** What was found on one broker. */
export interface BrokerFindings {
  readonly broker: BrokerFinding;
  readonly queues: readonly QueueFinding[];
  readonly counters: readonly CounterFinding[];
}

/** Failures that are the broker's, and so the same for all its queues. */
const OF_BROKER = new Set(["timeout", "refused", "auth", "loading"]);
/** Time to connect in, and then to find queues in, in milliseconds. */
const PATIENCE_MS = 4000;
const PAUSE_MS = 150;
/** Readings without another queue, after which what there is was found. */
const STEADY_READINGS = 4;

/** Reads everything that is declared on a broker, waiting until it is connected and until no more queues are found. */
export async function readBroker(
  { address, connection, name, where }: OpenBroker,
  queues: readonly ConfiguredQueue[],
  deadlineMs: number | undefined,
): Promise<BrokerFindings> {
  const problems: Finding[] = [];
  const own = queues.filter(({ source }) => source.broker === name);
  const layouts = own.flatMap(({ source }) => (source.kind === "counter" ? [] : [source.layout]));
  const remedy = (reason: string): string => remedyOf(reason, address, layouts);
  const onProblem = (_: string, detail: string): void => {
    problems.push({ reason: "error", detail, remedy: remedy("error") });
  };
  const reader = await createRedisBroker({ name, connection, path: where, deadlineMs }, { onProblem });
  try {
    for (const { source } of own) reader.add(source);
    const seeks = own.some(({ source }) => source.kind === "discovery");
    const { health, queues: outcomes, totals } = await settled(reader, seeks);
    const failed = outcomes.flatMap((outcome) => (outcome.ok ? [] : [outcome]));
    const [ofBroker] = failed.filter(({ reason }) => OF_BROKER.has(reason));
    const up = health?.up === true;
    if (ofBroker !== undefined) problems.push(finding(ofBroker, remedy));
    else if (!up) problems.push(finding({ reason: "refused", detail: "the server does not answer a ping" }, remedy));
    return {
      broker: { broker: name, address, up, pingSeconds: health?.pingSeconds, problems },
      // Readings come in the order of the answers.
      queues: outcomes
        .map((outcome) => queueFinding(outcome, name, remedy))
        .sort((one, other) => (one.queue < other.queue ? -1 : 1)),
      counters: totals.map(({ counter, task, queue, value }) => ({ counter, task, queue, value })),
    };
  } finally {
    await reader.shutdown();
  }
}

async function settled(reader: RedisBroker, seeks: boolean): Promise<Reading> {
  const end = performance.now() + PATIENCE_MS;
  let known = -1;
  let steady = 0;
  for (;;) {
    const reading = await reader.read();
    const failure = reading.queues.find((outcome) => !outcome.ok);
    const up = reading.health?.up === true && !(failure && ["timeout", "refused"].includes(failure.reason));
    steady = up && reading.queues.length === known ? steady + 1 : 0;
    known = reading.queues.length;
    const done = up && (!seeks || steady >= STEADY_READINGS);
    if (done || failure?.reason === "auth" || performance.now() > end) return reading;
    await sleep(PAUSE_MS);
  }
}

function queueFinding(outcome: QueueOutcome, broker: string, remedy: RemedyOf): QueueFinding {
  const { queue } = outcome;
  if (!outcome.ok) return { queue, broker, states: {}, problems: [finding(outcome, remedy)] };
  const states = Object.entries(outcome.states).flatMap(([state, count]) =>
    count === undefined ? [] : [[state, count] as const],
  );
  return {
    queue,
    broker,
    length: outcome.ready,
    states: Object.fromEntries(states),
    oldestAgeSeconds: outcome.oldestAgeSeconds,
    paused: outcome.paused,
    workers: outcome.workers,
    problems: outcome.problems.map((problem) => finding(problem, remedy)),
  };
}

function finding({ reason, detail }: { readonly reason: string; readonly detail: string }, remedy: RemedyOf): Finding {
  return { reason, detail: withoutClients(detail), remedy: remedy(reason) };
}
