/**
 * Why a call of taskvitals was refused. Stable: programs may branch on it.
 *
 * - `INVALID_OPTION`: an option, an argument of a set-up call, or an environment variable is not acceptable.
 * - `DUPLICATE_QUEUE`: two declared queues would share one `queue` label.
 * - `DUPLICATE_SERIES`: two counters, or a counter in Redis and a task of this process, would share one series.
 * - `UNKNOWN_BROKER`: a queue names a broker that was not declared.
 * - `MISSING_PACKAGE`: an optional package that an option needs is not installed.
 * - `PORT_IN_USE`: the metrics port is taken.
 * - `LISTEN_FAILED`: the metrics endpoint cannot listen for another reason.
 * - `UNSUPPORTED_NODE`: this Node.js is older than the packages need.
 * - `GLOBAL_PROVIDER_TAKEN`: a global meter provider was asked for and another one is registered.
 */
export type TaskVitalsErrorCode =
  | "INVALID_OPTION"
  | "DUPLICATE_QUEUE"
  | "DUPLICATE_SERIES"
  | "UNKNOWN_BROKER"
  | "MISSING_PACKAGE"
  | "PORT_IN_USE"
  | "LISTEN_FAILED"
  | "UNSUPPORTED_NODE"
  | "GLOBAL_PROVIDER_TAKEN";

/**
 * The one error class of taskvitals. Only set-up throws it: its message holds the option's path, the value given,
 * what is accepted and the remedy, and never a credential. Running telemetry throws nothing.
 */
export class TaskVitalsError extends Error {
  override readonly name: string = "TaskVitalsError";
  /** The stable reason. */
  readonly code: TaskVitalsErrorCode;

  /** Builds an error; `options.cause` keeps the error underneath, where there is one. */
  constructor(code: TaskVitalsErrorCode, message: string, options?: { readonly cause?: unknown }) {
    super(message, options);
    this.code = code;
  }
}
