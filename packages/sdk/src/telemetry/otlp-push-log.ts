import type { Counter } from "@opentelemetry/api";
import { contract } from "@taskvitals/core";
import type { ProblemLog } from "../problem-log.ts";
import { LOSS_REASONS, type LossReason, type PushFailure } from "./otlp-failure.ts";

/** What becomes of a push that failed: totals are pushed anew with the next one, deltas are kept or lost. */
export type PushFate = "renewed" | "kept" | "lost";

/** Counts what pushes come to, and says when they begin and cease to fail. */
export interface PushLog {
  /** A push was taken, but for so many of its points. Never throws. */
  accepted(rejected: number): void;
  /** A push failed for good. Never throws. */
  failed(failure: PushFailure, fate: PushFate): void;
  /** These points are lost: the receiver is not known to have taken them. Never throws. */
  lost(points: number, reason: LossReason): void;
  /** Messages that were kept for the next push are lost, because there is none. Never throws. */
  abandoned(): void;
}

const FATE: Readonly<Record<PushFate, string>> = {
  renewed: "The next push that arrives carries the totals.",
  kept: "What it carried is sent with the next one.",
  lost: "What it carried is lost.",
};

interface Outage {
  readonly since: number;
  pushes: number;
  /** Whether its beginning was worth a line: then its end is. */
  said: boolean;
}

/**
 * Creates the log of all pushes of one SDK instance. A cause is said when it comes up for the first time, and that outage's end then as well;
 * every push that fails is counted.
 *
 * @param lost - declared at 0 with every reason, so that the first loss is a rise
 * @param now - milliseconds of a clock that never goes back
 */
export function createPushLog(
  problems: Pick<ProblemLog, "report" | "warn">,
  lost: Counter,
  now: () => number = () => performance.now(),
): PushLog {
  const said = new Set<string>();
  let outage: Outage | undefined;
  for (const reason of LOSS_REASONS) lost.add(0, { reason });

  const reject = (points: number): void => {
    lost.add(points, { reason: "rejected" satisfies LossReason });
    // Its text is not shown: it is foreign, and may quote a credential of the receiver or of what is behind it.
    problems.report(
      "export",
      `The receiver rejected data points of a push over OTLP that it otherwise took; its log says why. ${contract.exportLost.name}{reason="rejected"} counts them.`,
    );
  };
  return {
    accepted: (rejected) => {
      if (outage?.said === true) {
        problems.warn(
          `Pushes over OTLP arrive again, after ${duration(now() - outage.since)} and ${outage.pushes} that failed.`,
        );
      }
      outage = undefined;
      if (rejected > 0) reject(rejected);
    },
    failed: ({ advice, code }, fate) => {
      const message = `A push over OTLP failed (${code}): ${advice} ${FATE[fate]}`;
      outage ??= { since: now(), pushes: 0, said: false };
      outage.pushes += 1;
      outage.said ||= !said.has(message);
      said.add(message);
      problems.report("export", message);
    },
    lost: (points, reason) => {
      if (points > 0) lost.add(points, { reason });
    },
    abandoned: () =>
      problems.report("export", "What waited to be pushed over OTLP is lost with the end of the process."),
  };
}

function duration(ms: number): string {
  const seconds = Math.round(ms / 1000);
  if (seconds < 120) return `${seconds} s`;
  const minutes = Math.round(seconds / 60);
  return minutes < 120 ? `${minutes} min` : `${Math.round(minutes / 60)} h`;
}
