import { waitUntil } from "./services/index.ts";

/** What a job is posted with, and how it must end. */
export interface PlannedJob {
  readonly body: { readonly slice: string; readonly learningRate?: number; readonly epochs?: number };
  readonly outcome: "success" | "failure";
  /** Name of the error, where it fails. */
  readonly errorType?: string;
}

/** What `GET /tasks/:id` says of a job that has ended. */
export interface FinishedJob {
  readonly id: string;
  readonly state: "completed" | "failed";
  readonly result: {
    readonly learnedFrom: number;
    readonly loss: number;
    readonly accuracyBefore: number;
    readonly accuracyAfter: number;
  } | null;
  readonly error: string | null;
}

/** The slices 00 to 46 exist; a learning rate of a million makes the weights grow until they are no longer finite. */
const SLICES = 46;
const TOO_FAST = 1e6;

/** Jobs of which, in each ten, one diverges and one asks for mails that are not there; the others succeed. */
export function planJobs(count: number): PlannedJob[] {
  return Array.from({ length: count }, (_, index) => {
    const slice = `slice-${String(index % SLICES).padStart(2, "0")}`;
    if (index % 10 === 3) {
      return { body: { slice, learningRate: TOO_FAST, epochs: 20 }, outcome: "failure", errorType: "DivergedError" };
    }
    if (index % 10 === 7) {
      return { body: { slice: "slice-99" }, outcome: "failure", errorType: "MissingSliceError" };
    }
    return { body: { slice, epochs: 5 + (index % 7) }, outcome: "success" };
  });
}

/** Posts a job to the API and returns its id. */
export async function postJob(apiUrl: string, body: PlannedJob["body"]): Promise<string> {
  const response = await fetch(`${apiUrl}/train`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  if (response.status !== 202) throw new Error(`POST /train answered ${response.status}: ${await response.text()}`);
  return ((await response.json()) as { id: string }).id;
}

/** Waits until a job has ended, for at most a minute, and returns what the API says of it. */
export async function jobEnded(apiUrl: string, id: string): Promise<FinishedJob> {
  return waitUntil(
    async () => {
      const job = (await (await fetch(`${apiUrl}/tasks/${id}`)).json()) as FinishedJob;
      return job.state === "completed" || job.state === "failed" ? job : undefined;
    },
    { what: `job ${id} to end`, timeoutMs: 60_000 },
  );
}
