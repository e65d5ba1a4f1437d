import { type ThresholdSettings, thresholdsFor } from "../threshold-settings.ts";
import { percent, time } from "./evidence-text.ts";

/** Verdicts on a broker, the worst first. */
export const BROKER_VERDICTS = ["away", "full", "slow", "unknown", "healthy"] as const;

/**
 * What a broker is like.
 *
 * - `away`: nobody gets an answer from it.
 * - `full`: its memory is near its limit, or beyond.
 * - `slow`: it answers a ping too late.
 * - `unknown`: nobody says.
 * - `healthy`: none of these.
 */
export type BrokerVerdict = (typeof BROKER_VERDICTS)[number];

/** What was seen of a broker. What is not known is absent. */
export interface BrokerObservation {
  /** The `broker` label. */
  readonly broker: string;
  /** Whether the last ping was answered in time. */
  readonly up?: boolean | undefined;
  /** Why it cannot be reached, where that is known; free of credentials. */
  readonly unreachable?: string | undefined;
  /** Round trip of a ping in seconds, the median of what was seen. */
  readonly pingSeconds?: number | undefined;
  /** Memory in use, in bytes. */
  readonly memoryBytes?: number | undefined;
  /** Limit of that memory, in bytes; absent where there is none. */
  readonly memoryLimitBytes?: number | undefined;
}

/** A verdict on a broker and what it rests on. */
export interface BrokerJudgement {
  /** The `broker` label. */
  readonly broker: string;
  /** The worst that applies. */
  readonly verdict: BrokerVerdict;
  /** What was seen, a sentence without a final stop each; the decisive one first. */
  readonly evidence: readonly string[];
  /** What to do next, as a sentence; absent for a healthy broker. */
  readonly next?: string | undefined;
  /** The alert that says the same; absent for a healthy broker and where nothing is known. */
  readonly alert?: string | undefined;
}

/** Judges a broker with the thresholds of the alerts. */
export function judgeBroker(seen: BrokerObservation, settings: ThresholdSettings = {}): BrokerJudgement {
  const { broker, memoryBytes, memoryLimitBytes, pingSeconds, unreachable, up } = seen;
  const { brokerMemoryRatio, brokerPingSeconds } = thresholdsFor(settings);
  const ping = pingSeconds === undefined ? [] : [`it answers a ping in ${milliseconds(pingSeconds)}`];
  const used = memoryBytes === undefined || !memoryLimitBytes ? undefined : memoryBytes / memoryLimitBytes;
  const memory = used === undefined ? [] : [`it uses ${percent(used)} of its memory limit`];
  if (up === undefined && pingSeconds === undefined) {
    return {
      broker,
      verdict: "unknown",
      evidence: ["nobody says whether it answers"],
      next: "Point the doctor at it with --redis.",
    };
  }
  if (up === false) {
    const because = unreachable === undefined ? "it does not answer" : `it does not answer: ${unreachable}`;
    const next = "See that the server runs and can be reached from here; until then nothing is known of its queues.";
    return { broker, verdict: "away", evidence: [because], next, alert: "TaskBrokerDown" };
  }
  if (used !== undefined && used > brokerMemoryRatio) {
    const next =
      "Find what fills it (redis-cli --bigkeys, finished tasks that are kept), remove that, or raise maxmemory.";
    const because = `${memory[0]} (limit ${percent(brokerMemoryRatio)})`;
    return { broker, verdict: "full", evidence: [because, ...ping], next, alert: "TaskBrokerMemoryNearLimit" };
  }
  if (pingSeconds !== undefined && pingSeconds > brokerPingSeconds) {
    const next = "Look for slow commands (SLOWLOG GET), a server that swaps or forks, and the network between.";
    const because = `${ping[0]} (limit ${milliseconds(brokerPingSeconds)})`;
    return { broker, verdict: "slow", evidence: [because, ...memory], next, alert: "TaskBrokerSlow" };
  }
  return { broker, verdict: "healthy", evidence: [...ping, ...memory] };
}

function milliseconds(seconds: number): string {
  return seconds < 1 ? `${Number((1000 * seconds).toPrecision(2))} ms` : time(seconds);
}
