/** How the page hears of the process. */
export interface Hearing {
  /** By which way. */
  readonly way: "stream" | "polling" | "none";
  /** Whether the last question found no answer. */
  readonly isRefused: boolean;
  /** Whether it listens again after a while in which nobody looked, and has heard nothing yet. */
  readonly isResuming: boolean;
}
