/** Where warnings go. `console` fits, and so do the usual loggers. */
export interface Logger {
  /** Takes one line. */
  warn(message: string): void;
}
