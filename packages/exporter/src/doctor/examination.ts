import {
  type BrokerObservation,
  filledIn,
  isDecided,
  type JudgedQueue,
  judgeBroker,
  judgeUnattributed,
  judgeWatched,
  judgeWindows,
  type Look,
  latest,
  observeBroker,
  observeQueue,
  observeUnattributed,
  oddReadings,
  type QueueObservation,
  type ThresholdSettings,
  thresholdsFor,
  type WindowedObservations,
} from "@taskvitals/rules";
import { remedyOf } from "../check/remedy.ts";
import type { AlertReport, DoctorReport, Unreachable } from "./doctor-report.ts";
import type { EventCoverage } from "./event-coverage.ts";
import type { OwnSource } from "./own-source.ts";
import { brokerReports, queueReports } from "./report-order.ts";
import { unknownThings } from "./unknown-things.ts";

/** What is known at one moment. */
export interface Findings {
  readonly looks: readonly Look[];
  readonly own: OwnSource | undefined;
  readonly prometheus: PrometheusFindings | undefined;
  readonly unreachable: readonly Unreachable[];
  readonly settings: ThresholdSettings;
}

/** What Prometheus said. */
export interface PrometheusFindings {
  readonly queues: ReadonlyMap<string, WindowedObservations>;
  readonly brokers: readonly BrokerObservation[];
  /** Tasks whose queue nobody knows. */
  readonly unattributed: QueueObservation;
  readonly alerts: readonly AlertReport[];
}

/** Everything judged, and whether more would be known by watching. */
export interface Examination {
  readonly report: DoctorReport;
  /** Whether watching for so many seconds could change a verdict. */
  wouldGainBy(seconds: number): boolean;
}

const NO_EVENTS: EventCoverage = { counted: new Set(), deserted: new Set(), gaps: new Map() };

/** Judges what is known now. */
export function examine({ looks, own, prometheus, settings, unreachable }: Findings): Examination {
  const names = queueNames(looks, own, prometheus);
  const coverage = own?.coverage(names) ?? NO_EVENTS;
  const declared = own?.sources.named ?? new Set();
  const workersOf = own?.workers();
  const watched = new Map(
    names.flatMap((name) => {
      const seen = observeQueue(name, looks, {
        isDeclared: declared.has(name),
        isCounted: coverage.counted.has(name) ? true : undefined,
        workers: coverage.deserted.has(name) ? 0 : workersOf?.(name),
      });
      return seen === undefined ? [] : [[name, seen] as const];
    }),
  );
  const judged = names.flatMap((name) => judge(name, watched.get(name), prometheus?.queues.get(name), settings));
  const unattributed = judgeUnattributed(prometheus?.unattributed ?? observeUnattributed(looks), settings);
  const noticed = judged.map((one) => noted(one, looks, own, coverage));
  const brokers = brokerObservations(looks, own, prometheus).map((seen) => judgeBroker(seen, settings));
  const first = looks[0]?.atSeconds ?? 0;
  const report: DoctorReport = {
    result: "healthy",
    brokers: brokerReports(brokers, own?.brokers),
    queues: queueReports([...noticed, ...unattributed.judged]),
    alerts: prometheus?.alerts,
    watchedSeconds: Math.round(10 * ((looks.at(-1)?.atSeconds ?? first) - first)) / 10,
    unreachable,
    unknown: [...unknownThings(noticed, own), ...unattributed.unknown],
  };
  return {
    report: { ...report, result: isHealthy(report) ? "healthy" : "attention" },
    wouldGainBy: (seconds) =>
      judged.some((one) => gains(one, prometheus?.queues.get(one.seen.queue), seconds, settings)),
  };
}

function judge(
  queue: string,
  seen: QueueObservation | undefined,
  known: WindowedObservations | undefined,
  settings: ThresholdSettings,
): readonly JudgedQueue[] {
  if (known !== undefined && known.still.ready !== undefined) return [judgeWindows(filledIn(known, seen), settings)];
  if (seen !== undefined) return [judgeWatched(seen, settings)];
  // A queue that was removed has no readings, and none that failed.
  const isBlind = known !== undefined && (known.still.unreadable !== undefined || known.still.ended !== undefined);
  return isBlind ? [judgeWatched({ ...known.still, queue }, settings)] : [];
}

/** Part of a window that must be known before it is taken for the whole. */
const ENOUGH = 0.8;

function gains(
  judged: JudgedQueue,
  known: WindowedObservations | undefined,
  seconds: number,
  settings: ThresholdSettings,
): boolean {
  if (isDecided(judged)) return false;
  if (known === undefined) return true;
  const { failureWindowSeconds, growthWindowSeconds, stuckSeconds } = thresholdsFor(settings, {
    queue: judged.seen.queue,
  });
  const needed = Math.min(seconds, failureWindowSeconds, growthWindowSeconds, stuckSeconds);
  return judged.seen.watchedSeconds < ENOUGH * needed;
}

function isHealthy({ brokers, queues, unreachable }: DoctorReport): boolean {
  return (
    queues.length > 0 &&
    unreachable.length === 0 &&
    [...queues, ...brokers].every(({ verdict }) => verdict === "healthy")
  );
}

function queueNames(
  looks: readonly Look[],
  own: OwnSource | undefined,
  prometheus: PrometheusFindings | undefined,
): readonly string[] {
  const seen = latest(looks).flatMap((look) => [...look.facts.queues.keys()]);
  return [...new Set([...(own?.sources.named ?? []), ...seen, ...(prometheus?.queues.keys() ?? [])])];
}

function brokerObservations(
  looks: readonly Look[],
  own: OwnSource | undefined,
  prometheus: PrometheusFindings | undefined,
): readonly BrokerObservation[] {
  const seen = new Set([
    ...(own?.brokers.keys() ?? []),
    ...latest(looks).flatMap((look) => [...look.facts.brokers.keys()]),
  ]);
  const here = [...seen].map((broker) => observeBroker(broker, looks, own?.unreachable(broker)));
  const elsewhere = (prometheus?.brokers ?? []).filter(({ broker }) => !seen.has(broker));
  return [...here, ...elsewhere];
}

/** Adds what was odd about readings and events to the evidence, and what to do about a queue that cannot be read. */
function noted(
  { judgement, seen }: JudgedQueue,
  looks: readonly Look[],
  own: OwnSource | undefined,
  { gaps }: EventCoverage,
): JudgedQueue {
  const { queue } = judgement;
  const gap = gaps.get(queue);
  const odd = judgement.verdict === "blind" ? [] : oddReadings(queue, looks);
  const evidence = [...judgement.evidence, ...odd, ...(gap === undefined ? [] : [gap])];
  const reason = /\((\w+)\)$/.exec(seen.unreadable ?? "")?.[1];
  const next = reason === undefined || own === undefined ? judgement.next : remedyFor(reason, queue, own);
  return { judgement: { ...judgement, evidence, next }, seen };
}

function remedyFor(reason: string, queue: string, { brokers, sources }: OwnSource): string {
  const of = sources.lookup()(queue);
  return remedyOf(reason, brokers.get(of[0]?.broker ?? "") ?? "", [...new Set(of.map(({ layout }) => layout))]);
}
