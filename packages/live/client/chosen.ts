/** What the address says is looked at. */
export interface Chosen {
  /** A queue; absent for the whole. */
  readonly queue?: string;
  /** A task of it. */
  readonly task?: string;
}

/** The queue and task of a fragment such as `#queue=mails&task=send`. A task without a queue is none. */
export function readChosen(hash: string): Chosen {
  const fields = new URLSearchParams(hash.replace(/^#/, ""));
  const queue = fields.get("queue");
  const task = fields.get("task");
  if (queue === null) return {};
  return task === null ? { queue } : { queue, task };
}

/** The fragment of a choice, `#` for none. */
export function chosenHash({ queue, task }: Chosen): string {
  if (queue === undefined) return "#";
  return `#${new URLSearchParams({ queue, ...(task !== undefined && { task }) })}`;
}
