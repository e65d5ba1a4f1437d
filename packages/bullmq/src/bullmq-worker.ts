import { invalidOption } from "@taskvitals/core";

/** What taskvitals uses of a worker; `Worker` of BullMQ 5 and 6 has it. */
export interface BullmqWorker {
  /** Name of its queue. */
  readonly name: string;
  /** How many jobs it runs at once. Early versions of BullMQ 5 can only be told it. */
  readonly concurrency: number;
  /** What it was created with; early versions of BullMQ 5 keep {@link concurrency} up to date there. */
  readonly opts?: {
    /** How many jobs it runs at once. */
    readonly concurrency?: number | undefined;
  };
  /** Adds a listener in front of those that are there. */
  prependListener(event: string, listener: (...values: unknown[]) => void): unknown;
  /** Takes a listener back. */
  removeListener(event: string, listener: (...values: unknown[]) => void): unknown;
}

/** How many jobs a worker runs at once now. BullMQ takes a fraction, and runs one more job for it. */
export function slotsOf({ concurrency, opts }: BullmqWorker): number {
  const asked = concurrency as number | undefined;
  return Math.ceil(asked ?? opts?.concurrency ?? 0);
}

/** @throws TaskVitalsError `INVALID_OPTION` for anything but a worker of BullMQ 5 or 6 */
export function requireWorker(given: BullmqWorker): void {
  const worker = given as Partial<Record<keyof BullmqWorker | "processJob", unknown>> | null | undefined;
  const methods = [worker?.prependListener, worker?.removeListener, worker?.processJob];
  if (typeof worker?.name === "string" && methods.every((method) => typeof method === "function")) return;
  throw invalidOption({ path: "observeWorker(worker)", value: given, expected: "a Worker of BullMQ 5 or 6" });
}
