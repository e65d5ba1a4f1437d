import { readFileSync } from "node:fs";
import { contract } from "@taskvitals/rules";
import { expect, it } from "vitest";
import { isCounted, oldCounters, oldGauges, oldRuntime } from "../../src/also-emit/old-metrics.ts";

const names = [...Object.values(oldCounters), ...Object.values(oldGauges), oldRuntime].map(({ name }) => name);

it("has a line on the page about moving for every old name", () => {
  const page = readFileSync(new URL("../../../../docs/migrate-from-celery-exporter.md", import.meta.url), "utf8");
  const table = page.split("## What the old names say here")[1]?.split("**Not emitted**")[0] ?? "";
  expect([...table.matchAll(/`(celery_\w+)`/g)].map(([, name]) => name).sort()).toEqual(
    // The text around the table names one of them again.
    [...names, oldCounters["task-sent"].name].sort(),
  );
});

it("has no name that is ours", () => {
  const ours = Object.values(contract).map(({ name }) => name);
  expect(names.filter((name) => ours.includes(name))).toEqual([]);
});

it("counts no event of another name", () => {
  expect(["task-sent", "task-cancelled", "toString", 7].map(isCounted)).toEqual([true, false, false, false]);
});
