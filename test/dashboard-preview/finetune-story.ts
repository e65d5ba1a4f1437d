import { setTimeout as sleep } from "node:timers/promises";
import type { FinetuneRun } from "../finetune-run.ts";

/** Minutes that {@link tellFinetuneStory} takes. */
export const STORY_MINUTES = 10.6;

const MINUTE = 60_000;
const goodJob = { slice: "slice-01", epochs: 12 };
const longJob = { slice: "slice-01", epochs: 700 };
const lostJob = { slice: "slice-99" };

/**
 * Things go wrong one after another: the broker hangs, jobs ask for mails that do not exist, one of two workers is killed while long jobs come, and two others
 * begin to work off what waits. It ends while they do.
 */
export async function tellFinetuneStory(run: FinetuneRun, say: (line: string) => void): Promise<void> {
  const until = chapters(Date.now());
  say("Two workers and a quiet load");
  await load(run, until(2), 700, () => goodJob);
  say("The broker hangs");
  run.redis.freeze();
  await sleep(until(3.25) - Date.now());
  run.redis.resume();
  await load(run, until(4), 700, () => goodJob);
  say("Every second job asks for mails that do not exist");
  await load(run, until(6.5), 700, (count) => (count % 2 === 0 ? lostJob : goodJob));
  say("One of the two workers is killed, and long jobs come");
  run.workers[0]?.process.kill("SIGKILL");
  await load(run, until(10.25), 200, () => longJob);
  say("Two more workers");
  await run.addWorker();
  await run.addWorker();
  await load(run, until(STORY_MINUTES), 700, () => goodJob);
}

function chapters(start: number): (minute: number) => number {
  return (minute) => start + minute * MINUTE;
}

/** Posts a job every `everyMs` until then. */
async function load(
  run: FinetuneRun,
  until: number,
  everyMs: number,
  job: (count: number) => Parameters<FinetuneRun["post"]>[0],
): Promise<void> {
  for (let count = 1; Date.now() < until; count++) {
    await run.post(job(count));
    await sleep(everyMs);
  }
}
