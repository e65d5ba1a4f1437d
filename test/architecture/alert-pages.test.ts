import { readFileSync } from "node:fs";
import { alerts, durationText, RUNBOOK_URL, recordingRules, ruleGroups, thresholds } from "@taskvitals/rules";
import { describe, expect, it } from "vitest";
import { anchorsOf, brokenLinks } from "./page-anchors.ts";

const read = (path: string): string => readFileSync(new URL(`../../${path}`, import.meta.url), "utf8");
const runbooks = read("docs/runbooks.md");
const alertsPage = read("docs/alerts.md");
const sections = runbooks.split(/^## /m).slice(1);
const PARTS = ["What it means", "Confirm", "Do", "Do not"];

describe("the runbooks", () => {
  it("have a heading for each alert, in their order, and no other", () => {
    expect(sections.map((section) => section.split("\n", 1)[0])).toEqual(alerts.map(({ name }) => name));
  });

  it.each(sections.map((section) => [section.split("\n", 1)[0] ?? "", section] as const))(
    "of %s has its four parts, each with words, and the doctor and the dashboard among what confirms it",
    (_, section) => {
      const parts = [...section.matchAll(/^\*\*([^*]+)\.\*\*(.*?)(?=^\*\*[^*]+\.\*\*|(?![\s\S]))/gms)];
      expect(parts.map(([, part]) => part)).toEqual(PARTS);
      for (const [, , words = ""] of parts) expect(words.trim().length).toBeGreaterThan(60);
      const confirm = parts[1]?.[2] ?? "";
      expect(confirm).toMatch(/`/);
      expect(confirm).toMatch(/taskvitals-exporter (doctor|check)|[Dd]ashboard/);
    },
  );

  it("are where every alert links to", () => {
    const links = ruleGroups().flatMap((group) => group.rules.map((rule) => rule.annotations?.runbook_url));
    const known = anchorsOf(runbooks).map((anchor) => `${RUNBOOK_URL}#${anchor}`);
    expect(RUNBOOK_URL).toMatch(/\/docs\/runbooks\.md$/);
    expect(known).toEqual(expect.arrayContaining(links.filter((link) => link !== undefined)));
  });
});

describe("the page of alerts", () => {
  it("has every alert with its severity and how long it must hold", () => {
    const rows = [...alertsPage.matchAll(/^\| \[(\w+)\]\(runbooks\.md#(\w+)\) \| (\w+) \| (\S+) \|/gm)];
    expect(rows.map(([, ...cells]) => cells)).toEqual(
      alerts.map(({ forSeconds, name, severity }) => [
        name,
        name.toLowerCase(),
        severity,
        forSeconds === 0 ? "–" : durationText(forSeconds),
      ]),
    );
  });

  it("has every recorded series, and says how many there are", () => {
    const names = Object.values(recordingRules).map(({ name }) => name);
    expect([...alertsPage.matchAll(/^\| `((?:task_)?queue:[^`]+)` \|/gm)].map(([, name]) => name)).toEqual(names);
    expect(alertsPage).toContain(`${alerts.length} alerts and ${names.length} recorded series`);
  });
});

describe.each(["docs/runbooks.md", "docs/alerts.md"])("%s", (path) => {
  it("names only alerts and limits that exist", () => {
    const spans = [...read(path).matchAll(/`([^`\n]+)`|alertname[=~]+"([^"]+)"/g)].map(
      ([, one, other]) => one ?? other ?? "",
    );
    const words = spans.flatMap((span) => span.match(/\bTasks?[A-Z]\w+\b/g) ?? []);
    expect(alerts.map(({ name }) => name)).toEqual(expect.arrayContaining(words));
    const limits = spans.filter((span) => /^[a-z]+[A-Z]\w*(Seconds|Ratio|Tasks|Factor|Percent|Objective)$/.test(span));
    expect([...Object.keys(thresholds), "forSeconds"]).toEqual(expect.arrayContaining(limits));
  });

  it("has no link that leads nowhere", () => {
    expect(brokenLinks(path)).toEqual([]);
  });
});
