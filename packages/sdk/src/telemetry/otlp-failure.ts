import { adviceOnError, adviceOnStatus, NOT_OTLP } from "./otlp-advice.ts";

/** Why data points were lost: the values of the `reason` label. */
export const LOSS_REASONS = ["unreachable", "timeout", "refused", "rejected", "queue_full"] as const;

/** One of {@link LOSS_REASONS}. */
export type LossReason = (typeof LOSS_REASONS)[number];

/** Why one attempt to push failed. Holds no foreign text: an answer or an error may quote headers or the URL. */
export interface PushFailure {
  readonly reason: LossReason;
  /** Such as `HTTP 503`, `ECONNREFUSED` or `TIMEOUT`. */
  readonly code: string;
  /** What it means and what to do: half a sentence that ends with a full stop. */
  readonly advice: string;
  /** Whether the same message may be taken later. */
  readonly mayPass: boolean;
  /** Whether the receiver may have taken the message nevertheless, so that only its answer is missing. */
  readonly mayHaveArrived: boolean;
  /** How long the receiver wants to be left alone, in milliseconds. */
  readonly retryAfterMs?: number | undefined;
}

/** How far an attempt came before it failed. */
export interface AttemptState {
  readonly secure: boolean;
  /** Whether an authority was named that the receiver's certificate must be signed by. */
  readonly hasAuthority: boolean;
  /** Whether there was a connection over which the message could leave. */
  readonly connected: boolean;
  readonly timedOut: boolean;
}

const OVERLOADED: readonly number[] = [429, 503];
/** Of a proxy that got no answer, or a bad one, from the receiver behind it. */
const UNANSWERED: readonly number[] = [502, 504];
/** Those of a network or receiver that may come back; a certificate that nobody vouches for will not get better. */
const PASSING: ReadonlySet<string> = new Set([
  ...["ECONNRESET", "ECONNREFUSED", "EPIPE", "ETIMEDOUT"],
  ...["EAI_AGAIN", "ENOTFOUND", "ENETUNREACH", "EHOSTUNREACH"],
]);

/** What an answer that is no acceptance means. */
export function failureOfAnswer(
  status: number | undefined,
  retryAfter: string | undefined,
  body: Buffer,
  secure: boolean,
): PushFailure {
  const code = status ?? 0;
  return {
    reason: "refused",
    code: `HTTP ${code}`,
    advice: adviceOnStatus(code, !secure && isForTls(body)),
    mayPass: OVERLOADED.includes(code) || UNANSWERED.includes(code),
    mayHaveArrived: UNANSWERED.includes(code),
    retryAfterMs: retryAfterMs(retryAfter),
  };
}

/** What a 2xx means that is no receiver's. */
export function failureOfStranger(status: number): PushFailure {
  return {
    reason: "refused",
    code: `HTTP ${status}`,
    advice: NOT_OTLP,
    mayPass: false,
    mayHaveArrived: false,
  };
}

/** What an attempt that got no answer means. */
export function failureOfError(error: unknown, state: AttemptState): PushFailure {
  const { connected, timedOut } = state;
  const code = timedOut ? "TIMEOUT" : codeOf(error);
  return {
    reason: timedOut && connected ? "timeout" : "unreachable",
    code,
    advice: adviceOnError(code, state),
    mayPass: timedOut || PASSING.has(code),
    mayHaveArrived: connected,
  };
}

/** The message of an error may quote headers or the URL; a code cannot. */
function codeOf(error: unknown): string {
  const { code, name } = (error ?? {}) as { readonly code?: unknown; readonly name?: unknown };
  return [code, name].find((text): text is string => typeof text === "string" && /^\w{1,60}$/.test(text)) ?? "unknown";
}

/** What servers answer in plain text to those who talk to their TLS port without TLS: Go, nginx, Apache, Envoy. */
function isForTls(body: Buffer): boolean {
  return /\bHTTPS\b|SSL-enabled/i.test(body.toString("latin1", 0, 2000));
}

/** The Retry-After header in milliseconds; its form with a date is rare and passed over. */
function retryAfterMs(header: string | undefined): number | undefined {
  return header !== undefined && /^\d{1,6}$/.test(header) ? Number(header) * 1000 : undefined;
}
