import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, statSync } from "node:fs";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { startRedis, waitUntil } from "../../../../test/services/index.ts";
import { parsePage } from "../../../sdk/test/metrics-page.ts";
import { startInterruptedRun } from "../interrupted-run.ts";
import { runExporter, serveExporter } from "../start-exporter.ts";
import { tempFiles } from "../temp-files.ts";

it("an exporter that is killed in mid-run goes on after its restart, and what it recorded and what it missed are all there was", {
  timeout: 180_000,
}, async () => {
  const run = await startInterruptedRun();
  const file = join(tempFiles().folder, "totals.json");
  const args = ["--redis", run.redis.url, "--celery-events", "--totals-file", file];
  const first = await serveExporter(args);
  await run.hears(first, 2);

  // Not waited for: a busy machine may run tasks as fast as it sends them.
  const sending = run.send(600);
  await run.until("part of the run", ({ recorded }) => recorded >= 100, first);
  const kept = (): number => Number(/"accounted":(\d+)/.exec(readFileSync(file, "utf8"))?.[1] ?? 0);
  await waitUntil(() => kept() > 0, { what: "part of the run to be kept" });
  first.process.kill("SIGKILL");
  await first.process.exited;
  const atKill = await run.ended();
  await waitUntil(async () => (await run.ended()) > atKill + 50, { what: "tasks to end unseen", timeoutMs: 60_000 });
  const unseen = (await run.ended()) - atKill;
  const attempts = await sending;

  const second = await serveExporter(args);
  const { recorded: before } = await run.shown(second);
  expect(before).toBeGreaterThan(0);
  const done = await run.until("all to be accounted for", (now) => now.recorded + now.missed === attempts, second);
  expect(done.missed).toBeGreaterThanOrEqual(unseen);
  expect(await run.ended()).toBe(attempts);

  // Ended properly, and nothing happens meanwhile: nothing is lost, and nothing more is missed.
  second.process.kill("SIGTERM");
  await second.process.exited;
  const third = await serveExporter(args);
  await run.hears(third, 2);
  expect(await run.shown(third)).toEqual(done);
  const more = await run.send(20);
  await run.until("the rest", ({ recorded }) => recorded === done.recorded + more, third);
  expect((await run.shown(third)).missed).toBe(done.missed);
  expect(statSync(file).mode & 0o777).toBe(0o600);
});

it("a file that cannot be used is a problem in words that is counted, and no end; a second exporter is refused", async () => {
  const redis = await startRedis();
  onTestFinished(() => redis.stop());
  const { folder, write } = tempFiles();
  const outdated = JSON.stringify({ version: 1, totals: [] });
  const file = write("totals.json", outdated);
  const args = (name: string): string[] => ["--redis", redis.url, "--celery-events", "--totals-file", name];

  const first = await serveExporter(args(file));
  const totals = await waitUntil(() => /^\{.*/.exec(readFileSync(file, "utf8"))?.[0], {
    what: "the totals to be kept",
  });
  expect(JSON.parse(totals)).toEqual({ version: 2, totals: [], positions: { "celery:default": expect.anything() } });
  expect(readFileSync(`${file}.unused-1`, "utf8")).toBe(outdated);
  expect(first.process.output()).toContain(
    "what is there holds no totals that this release can go on from. It is kept as",
  );

  const { exitCode, stderr } = await runExporter(args(file));
  expect(exitCode).toBe(2);
  expect(stderr).toContain("expected a file that no other exporter keeps its totals in. Give each a file of its own");
  // A frozen one still has it.
  first.process.kill("SIGSTOP");
  expect((await runExporter(args(file))).exitCode).toBe(2);
  first.process.kill("SIGKILL");
  await first.process.exited;

  // What the one that was killed left behind is in nobody's way.
  const second = await serveExporter(args(file));
  expect(readdirSync(folder)).toContain("totals.json.lock");
  second.process.kill("SIGTERM");
  await second.process.exited;
  expect(readdirSync(folder).toSorted()).toEqual(["totals.json", "totals.json.unused-1"]);
  expect(second.process.output()).not.toContain("level=warn");
});

it("totals are kept as soon as the folder can be written to, and what is found there then is set aside", async () => {
  const redis = await startRedis();
  onTestFinished(() => redis.stop());
  const { folder, write } = tempFiles();
  const file = join(folder, "state", "totals.json");
  const exporter = await serveExporter(["--redis", redis.url, "--celery-events", "--totals-file", file]);
  expect(exporter.process.output()).toContain(
    `the totals are not kept: there is no folder ${join(folder, "state")}. Make it.`,
  );
  const counted = async (): Promise<number | undefined> =>
    parsePage(await exporter.page()).value("taskvitals_error_total", { operation: "keep_totals" });
  await expect.poll(counted, { timeout: 20_000 }).toBeGreaterThanOrEqual(2);
  mkdirSync(join(folder, "next"));
  write("next/totals.json", JSON.stringify({ version: 2, totals: [], positions: {} }));
  renameSync(join(folder, "next"), join(folder, "state"));
  const kept = (): boolean => existsSync(`${file}.unused-1`) && readFileSync(file, "utf8").includes("celery:default");
  await waitUntil(kept, { what: "the totals to be kept", timeoutMs: 20_000 });
});

it("what is not ours is refused and left as it is: a folder, a file of something else", async () => {
  const redis = await startRedis();
  onTestFinished(() => redis.stop());
  const { folder, write } = tempFiles();
  mkdirSync(join(folder, "state"));
  write("state/inside", "of somebody");
  const other = write("exporter.yaml", "redis: redis://localhost\n");
  for (const [file, what] of [
    [join(folder, "state"), "this is a folder"],
    [other, "this is a file with other content"],
  ] as const) {
    const { exitCode, stderr } = await runExporter(["--redis", redis.url, "--celery-events", "--totals-file", file]);
    expect(exitCode).toBe(2);
    expect(stderr).toContain(what);
  }
  expect(readdirSync(folder).toSorted()).toEqual(["exporter.yaml", "state"]);
  expect(readdirSync(join(folder, "state"))).toEqual(["inside"]);
});
