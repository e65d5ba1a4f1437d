import { fileURLToPath } from "node:url";
import { startProcess } from "../../test/services/index.ts";
import type { Scraper } from "../scrape/timed-scrape.ts";
import type { ContenderName } from "./contenders.ts";
import type { Work } from "./worker-server.ts";

/** A worker in a process of its own, scraped once for every five seconds that it works. */
export interface WorkerProcess extends AsyncDisposable {
  /** Lets it work off the jobs of one turn; answers its processor time per job, in microseconds. */
  work(): Promise<number>;
  /** How often it was scraped while it worked. */
  readonly scrapesPerSecond: number;
}

/** Jobs, scraper and place of a worker process. */
export interface WorkerProcessOptions {
  readonly contender: ContenderName;
  readonly redisUrl: string;
  readonly queue: string;
  /** Jobs of a turn, far less than a second's. */
  readonly jobs: number;
  /** Scrapes before the first that counts. */
  readonly warmupScrapes: number;
  readonly scraper: Scraper;
}

/** Of work, not of waiting for a turn; as often as the shipped `prometheus.yml` scrapes. */
const SCRAPE_INTERVAL_SECONDS = 5;

/**
 * Starts a worker process and lets it take its first turn.
 *
 * @throws Error when its page does not show those jobs: what is measured would not be what its name says
 */
export async function startWorkerProcess(options: WorkerProcessOptions): Promise<WorkerProcess> {
  const { contender, redisUrl, queue, jobs, warmupScrapes, scraper } = options;
  const child = await startProcess({
    command: process.execPath,
    args: [fileURLToPath(new URL("worker-server.ts", import.meta.url)), contender, redisUrl, queue],
    readyWhen: /^control \d+$/m,
  });
  const control = `http://127.0.0.1:${/^control (\d+)$/m.exec(child.output())?.[1]}`;
  const port = /^metrics (\d+)$/m.exec(child.output())?.[1];
  const page = port === undefined ? undefined : `http://127.0.0.1:${port}/metrics`;
  let scrapes = 0;
  let seconds = 0;

  async function work(jobs: number): Promise<number> {
    const working = fetch(`${control}/work?jobs=${jobs}`).then((response) => response.json() as Promise<Work>);
    // At the start of a turn, so that all of what a scrape costs falls into it.
    const isDue = page !== undefined && seconds >= scrapes * SCRAPE_INTERVAL_SECONDS;
    const [result] = await Promise.all([working, isDue && scraper.scrape(page)]);
    if (isDue) scrapes++;
    seconds += result.seconds;
    return result.cpuMicroseconds / jobs;
  }

  try {
    await work(jobs);
    if (page !== undefined) {
      await requireCount(page, jobs);
      for (let scrape = 0; scrape < warmupScrapes; scrape++) await scraper.scrape(page);
    }
  } catch (error) {
    await child.stop();
    throw new Error(`worker ${contender}: ${(error as Error).message}\n${child.output()}`, { cause: error });
  }
  return {
    work: () => work(jobs),
    get scrapesPerSecond() {
      return scrapes / seconds;
    },
    async [Symbol.asyncDispose]() {
      await child.stop();
    },
  };
}

async function requireCount(page: string, jobs: number): Promise<void> {
  const text = await (await fetch(page)).text();
  // The worker may have worked off one more before it came to rest.
  const counted = Number(/^(?:task_success|bullmq_jobs_completed)_total\{.*\} (\d+)/m.exec(text)?.[1]);
  if (!(counted >= jobs && counted <= jobs + 1)) throw new Error(`counted ${counted} of ${jobs} jobs on\n${text}`);
}
