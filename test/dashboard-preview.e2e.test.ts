import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Look, look, startBrowser } from "./dashboard-preview/browser-look.ts";
import { type PreviewedDashboard, readPreviewedDashboard } from "./dashboard-preview/dashboard-model.ts";
import { startPreview } from "./dashboard-preview/preview-server.ts";
import { type FinetuneRun, startFinetuneRun } from "./finetune-run.ts";
import { startProcess, tempDirectory } from "./services/index.ts";

const directory = tempDirectory("preview");
let run: FinetuneRun;
let browser: Browser;

beforeAll(async () => {
  [run, browser] = await Promise.all([startFinetuneRun({ tasks: 20, workers: 1 }), startBrowser()]);
});

afterAll(async () => {
  await browser?.close();
  await run?.[Symbol.asyncDispose]();
  directory.remove();
});

/** Opens a dashboard over the last five minutes. */
async function open(path: string | URL, choices: Record<string, string[]> = {}): Promise<Look & { host: string }> {
  const prometheus = run.prometheus.url;
  await using preview = await startPreview({ dashboard: path, prometheus, from: "now-5m", scrapeSeconds: 1, choices });
  return { ...(await look(browser, preview.url)), host: new URL(preview.url).host };
}

/** Opens a dashboard of a test's own, made from the small one. */
function openWith(change: Partial<PreviewedDashboard>): Promise<Look & { host: string }> {
  const path = join(directory.path, "dashboard.json");
  writeFileSync(path, JSON.stringify({ ...readPreviewedDashboard(committed("dashboard")), ...change }));
  return open(path);
}

function committed(name: string): URL {
  return new URL(`../grafana/${name}.json`, import.meta.url);
}

function panelWith(title: string, type: string, expr: string, fieldConfig: object = {}) {
  return {
    id: 1,
    type,
    title,
    gridPos: { x: 0, y: 0, w: 12, h: 8 },
    fieldConfig: { defaults: {}, overrides: [], ...fieldConfig },
    targets: [
      {
        refId: "A",
        expr,
        legendFormat: "{{queue}}",
        instant: type === "stat",
        datasource: { type: "prometheus", uid: "test" },
      },
    ],
  };
}

describe.each(["dashboard", "operations", "operations.zh-TW"])("grafana/%s.json in a browser", (name) => {
  let seen: Look & { host: string };
  beforeAll(async () => {
    seen = await open(committed(name));
  });

  test("draws every panel of the file, each with data or with its words for none", () => {
    const { panels } = readPreviewedDashboard(committed(name));
    const all = panels.flatMap((panel) => [panel, ...(panel.panels ?? [])]);
    expect(seen.panels.map(({ title }) => title)).toEqual(all.map(({ title }) => title));
    for (const { title, kind, words, hasDrawing } of seen.panels) {
      if (kind === "row") continue;
      expect(kind, `${title}: ${words.join(" ")}`).not.toBe("error");
      const says = words.some((word) => word.trim() !== "");
      if (kind === "empty") {
        const panel = all.find((candidate) => candidate.title === title);
        expect(words).toEqual([panel?.fieldConfig?.defaults.noValue ?? "No data"]);
      } else if (["numbers", "table"].includes(kind)) expect(says, title).toBe(true);
      else expect(hasDrawing && says, title).toBe(true);
    }
  });

  test("no table is wider than its panel at 1280 pixels", () => {
    expect(seen.panels.filter(({ isTooWide }) => isTooWide).map(({ title }) => title)).toEqual([]);
  });

  test("most panels have data, for the platform runs", () => {
    const panels = seen.panels.filter(({ kind }) => kind !== "row");
    const drawn = panels.filter(({ kind }) => kind !== "empty");
    expect(drawn.length).toBeGreaterThan(panels.length / 2);
  });

  test("the browser complains about nothing and asks nobody else", () => {
    expect(seen.complaints).toEqual([]);
    expect(seen.hosts).toEqual([seen.host]);
  });
});

test("the numbers are those of the run", async () => {
  const { panels } = await open(committed("dashboard"));
  const wordsOf = (title: string): readonly string[] => panels.find((panel) => panel.title === title)?.words ?? [];
  const { success, failure, successRatio, task, queue } = run.truth;
  expect(wordsOf("Succeeded")).toContain(String(success));
  expect(wordsOf("Failed")).toContain(String(failure));
  expect(wordsOf("Success ratio")).toContain(`${(successRatio * 100).toFixed(0)}%`);
  expect(wordsOf("Outcomes by task")).toEqual(expect.arrayContaining([task, queue, String(success + failure)]));
});

test("a chosen value that nothing has leaves the panels without data", async () => {
  const { panels } = await open(committed("dashboard"), { queue: ["no-such-queue"] });
  expect(panels.find(({ title }) => title === "Queue length")?.kind).toBe("empty");
});

test("a panel that Prometheus refuses is an error with the reason, and so is one that cannot be drawn as Grafana would", async () => {
  const { panels } = await openWith({
    panels: [
      panelWith("Refused", "timeseries", "sum(("),
      panelWith("Strange type", "flamegraph", "vector(1)"),
      panelWith("Strange unit", "stat", "vector(1)", { defaults: { unit: "furlong" } }),
      panelWith("Sound", "stat", "vector(1)"),
    ],
  });
  expect(panels.map(({ title, kind }) => [title, kind])).toEqual([
    ["Refused", "error"],
    ["Strange type", "error"],
    ["Strange unit", "error"],
    ["Sound", "numbers"],
  ]);
  expect(panels[0]?.words.join()).toContain("parse error");
  expect(panels[1]?.words.join()).toContain("flamegraph");
  expect(panels[2]?.words.join()).toContain("furlong");
});

test("a label that is HTML is text on the page", async () => {
  const hostile = "<img src=https://example.org/x onerror=alert(1)><script>alert(2)</script>";
  const expr = `label_replace(vector(1), "queue", "${hostile}", "", "") or vector(2)`;
  const { panels, complaints, hosts, host } = await openWith({
    title: hostile,
    panels: ["stat", "timeseries", "bargauge", "state-timeline"].map((type) => panelWith(type, type, expr)),
  });
  expect(panels.map(({ kind }) => kind)).toEqual(["numbers", "lines", "bars", "states"]);
  for (const { title, words } of panels) expect(words, title).toContain(hostile);
  expect(complaints).toEqual([]);
  expect(hosts).toEqual([host]);
});

test("the command takes a picture 1280 pixels wide, and fails when a panel is broken", async () => {
  const main = fileURLToPath(new URL("dashboard-preview/main.ts", import.meta.url));
  const screenshot = join(directory.path, "page.png");
  const preview = async (dashboard: string): Promise<{ code: number | null; output: string }> => {
    const args = [main, "--prometheus", run.prometheus.url, "--dashboard", dashboard, "--screenshot", screenshot];
    await using child = await startProcess({ command: process.execPath, args });
    return { code: (await child.exited).code, output: child.output() };
  };
  const sound = await preview(fileURLToPath(committed("dashboard")));
  expect(sound, sound.output).toMatchObject({ code: 0, output: expect.stringMatching(/\d+ panels, .*, 0 broken/) });
  // The width stands in the header of a PNG, after its signature and the name of the header.
  expect(readFileSync(screenshot).readUInt32BE(16)).toBe(1280);

  const path = join(directory.path, "broken.json");
  const panels = [panelWith("Refused", "timeseries", "sum((")];
  writeFileSync(path, JSON.stringify({ ...readPreviewedDashboard(committed("dashboard")), panels }));
  const broken = await preview(path);
  expect(broken).toMatchObject({ code: 1, output: expect.stringMatching(/Refused: .*parse error/s) });
});
