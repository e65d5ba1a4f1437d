import type { DoctorReport } from "./doctor-report.ts";

/** Columns of a narrow terminal; a longer line would not be taken back. */
const MAX_COLUMNS = 78;
/** Back to the start of the line, which is emptied. */
const ANEW = "\r\u001b[2K";

/** The line that counts down, with what is known already; without a time, what takes it away. */
export function progressLine(leftSeconds: number | undefined, { queues }: DoctorReport): string {
  if (leftSeconds === undefined) return ANEW;
  const bad = queues.filter(({ verdict }) => verdict !== "healthy").length;
  const known =
    bad === 0
      ? "nothing is wrong so far"
      : `${bad} of ${queues.length} ${bad === 1 ? "needs" : "need"} attention so far`;
  return `${ANEW}${`Watching, ${Math.max(0, Math.ceil(leftSeconds))} s left; ${known}`.slice(0, MAX_COLUMNS)}`;
}
