import type { Redis } from "ioredis";
import { openEnvelope } from "../../src/celery-events/envelope.ts";

/** The end of a task as its worker announced it. */
export interface AnnouncedEnd {
  readonly id: string;
  readonly outcome: "success" | "failure";
  /** `runtime`, which successes have; of a failure the time between two stamps. */
  readonly seconds: number;
}

interface TaskEvent {
  readonly type?: unknown;
  readonly uuid: string;
  readonly timestamp: number;
  readonly runtime?: number;
}

/** Reads the events of Celery once more, without anything of ours but the decoding; answers a list that grows. */
export async function announcedEnds(client: Redis): Promise<readonly AnnouncedEnd[]> {
  const ends: AnnouncedEnd[] = [];
  const startedAt = new Map<string, number>();
  client.on("pmessage", (_pattern, _channel, message) => {
    const opened = openEnvelope(message);
    if (!opened.ok) return;
    for (const event of [opened.body].flat() as TaskEvent[]) {
      if (event.type === "task-started") startedAt.set(event.uuid, event.timestamp);
      const outcome = { "task-succeeded": "success", "task-failed": "failure" }[String(event.type)];
      if (outcome !== "success" && outcome !== "failure") continue;
      const seconds = event.runtime ?? event.timestamp - (startedAt.get(event.uuid) ?? Number.NaN);
      ends.push({ id: event.uuid, outcome, seconds });
    }
  });
  await client.psubscribe("/0.celeryev/*");
  return ends;
}
