import { spawnSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import type { Browser } from "playwright-core";
import { startBrowser } from "../dashboard-preview/browser-look.ts";
import { planJobs, postJob } from "../finetune-jobs.ts";
import { pythonOf } from "../frameworks/programs.ts";
import { freePort, type RunningProcess, startProcess, startRedis, tempDirectory } from "../services/index.ts";
import { openLivePage, type SeenPageOptions } from "./seen-page.ts";

/** How long the platforms run before they are looked at, in minutes: the curves are of fifteen. */
export const LIVE_MINUTES = 10;

const folder = fileURLToPath(new URL("../../docs/images/", import.meta.url));
const examples = new URL("../../examples/", import.meta.url);

/** Takes the pictures of the live page into `docs/images`, from both examples at work, and returns what was wrong on the pages. */
export async function takeLiveImages(): Promise<string[]> {
  mkdirSync(folder, { recursive: true });
  await using stack = new AsyncDisposableStack();
  const directory = tempDirectory("live-images");
  stack.defer(directory.remove);
  const [celery, finetune] = await Promise.all([startCelery(stack), startFinetune(stack, directory.path)]);
  const browser = await startBrowser();
  stack.defer(() => browser.close());
  const faults: string[] = [];
  await pause(LIVE_MINUTES * 60_000);
  faults.push(...(await take(browser, "live", celery)));
  faults.push(...(await take(browser, "live.zh-TW", celery, { locale: "zh-TW", colorScheme: "dark" })));
  faults.push(...(await take(browser, "live-phone", celery, { width: 390 })));
  faults.push(...(await take(browser, "live-finetune", finetune)));
  return faults;
}

async function startCelery(stack: AsyncDisposableStack): Promise<string> {
  const redis = stack.use(await startRedis());
  const example = stack.use(
    await startProcess({
      command: process.execPath,
      args: [fileURLToPath(new URL("celery/main.ts", examples))],
      env: {
        REDIS_URL: redis.url,
        PYTHON_ENVIRONMENT: dirname(dirname(pythonOf("python"))),
        TASKVITALS_WEB_LISTEN_ADDRESS: "127.0.0.1:0",
      },
      readyWhen: /^Look: +http:\S+$/m,
      timeoutMs: 60_000,
    }),
  );
  return /^Look: +(http:\S+)$/m.exec(example.output())?.[1] ?? "";
}

/** The platform with its totals shared, so that the API's page has the tasks of all workers, and a job every second or two. */
async function startFinetune(stack: AsyncDisposableStack, path: string): Promise<string> {
  const redis = stack.use(await startRedis());
  const env = {
    REDIS_URL: redis.url,
    CHECKPOINT_FILE: join(path, "spam.checkpoint"),
    TASKVITALS_SHARED_TOTALS: "true",
    OTEL_EXPORTER_PROMETHEUS_PORT: "0",
  };
  const start = (script: string, more: Readonly<Record<string, string>>, readyWhen: RegExp): Promise<RunningProcess> =>
    startProcess({
      command: process.execPath,
      args: [script],
      cwd: fileURLToPath(new URL("finetune-platform/", examples)),
      env: { ...env, ...more },
      readyWhen,
    });
  const port = String(await freePort());
  stack.use(await start("api.ts", { PORT: port }, /API ready/));
  for (let worker = 0; worker < 2; worker += 1) stack.use(await start("worker.ts", {}, /Worker ready/));
  const url = `http://127.0.0.1:${port}`;
  const plan = planJobs(1000);
  let posted = 0;
  const posting = setInterval(() => {
    const body = plan[posted % plan.length]?.body;
    posted += 1;
    if (body !== undefined) void postJob(url, body).catch(() => {});
    // Somebody looks all the time: what is shared is read only then.
    void fetch(`${url}/live/state`).catch(() => {});
  }, 1500);
  stack.defer(() => clearInterval(posting));
  return `${url}/`;
}

async function take(browser: Browser, name: string, url: string, options: SeenPageOptions = {}): Promise<string[]> {
  await using seen = await openLivePage(browser, url, options);
  // The curves are asked for once the page stands.
  await pause(3000);
  const file = join(folder, `${name}.png`);
  await seen.page.screenshot({ path: file, fullPage: true });
  const small = spawnSync("pngquant", ["--force", "--strip", "--quality", "80-98", "--output", file, file]);
  const faults = small.status === 0 ? [] : [`${name}: pngquant ended with ${small.status}: ${small.stderr}`];
  return [...faults, ...seen.faults.map((fault) => `${name}: ${fault}`)];
}
