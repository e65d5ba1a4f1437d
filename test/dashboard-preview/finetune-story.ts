import { setTimeout as sleep } from "node:timers/promises";
import type { FinetuneRun } from "../finetune-run.ts";

/** Minutes that {@link tellFinetuneStory} takes. */
export const STORY_MINUTES = 15;

const MINUTE = 60_000;
const goodJob = { slice: "slice-01", epochs: 12 };
const longJob = { slice: "slice-01", epochs: 60 };
const lostJob = { slice: "slice-99" };

/**
 * A quarter of an hour in which things go wrong one after another: jobs ask for mails that do not exist, one of two workers is killed
 * under more load, two others are added and the backlog drains, the broker hangs for half a minute.
 */
export async function tellFinetuneStory(run: FinetuneRun, say: (line: string) => void): Promise<void> {
  const until = chapters(Date.now());
  say("Two workers and a quiet load");
  await load(run, until(4), 700, () => goodJob);
  say("Every third job asks for mails that do not exist");
  await load(run, until(7), 700, (count) => (count % 3 === 0 ? lostJob : goodJob));
  say("One of the two workers is killed, and more and longer jobs come");
  run.workers[0]?.process.kill("SIGKILL");
  await load(run, until(10), 130, () => longJob);
  say("Two more workers");
  await run.addWorker();
  await run.addWorker();
  await load(run, until(13), 700, () => goodJob);
  say("The broker hangs for half a minute");
  run.redis.freeze();
  await sleep(MINUTE / 2);
  run.redis.resume();
  await load(run, until(STORY_MINUTES), 500, () => goodJob);
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
