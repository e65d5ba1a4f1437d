import type { Question } from "./measure.ts";

/** What was seen of one number over the time that was watched: the lowest and the highest that it may truly have been. */
export interface Seen {
  readonly least: number;
  readonly most: number;
  /** Of a counter: its total at the last look, for information. */
  readonly total?: number | undefined;
}

/** What one question about one subject came to. */
export interface Finding {
  readonly question: Question;
  /** Absent where the two do not both tell tasks apart. */
  readonly task?: string | undefined;
  /** Absent where they do not both tell queues apart. */
  readonly queue?: string | undefined;
  /**
   * `agree` where what the two may have been overlaps; `differ` where it does not; `only_ours` and `only_theirs` where one of them has it alone; `unknown` where
   * a counter began anew, or was looked at once.
   */
  readonly verdict: "agree" | "differ" | "only_ours" | "only_theirs" | "unknown";
  /** Absent where our page does not have it. */
  readonly ours?: Seen | undefined;
  /** Absent where theirs does not have it. */
  readonly theirs?: Seen | undefined;
}

/** What `compare` found. */
export interface Comparison {
  /** `differ` where anything does. */
  readonly result: "agree" | "differ";
  /** How the other exporter is called. */
  readonly exporter: string;
  /** Where our page is, without credentials. */
  readonly ours: string;
  /** Where theirs is, without credentials. */
  readonly theirs: string;
  /** Seconds between the first look and the last; 0 for one look. */
  readonly watchedSeconds: number;
  /** Looks at both pages. */
  readonly looks: number;
  /** What differs first. */
  readonly findings: readonly Finding[];
  /** What else is to be known, a sentence each. */
  readonly notes: readonly string[];
}
