import { describe, expect, it } from "vitest";
import { contract, DURATION_BUCKETS_SECONDS, type InstrumentDefinition } from "../src/contract.ts";

const definitions: readonly InstrumentDefinition[] = Object.values(contract);

describe("the contract", () => {
  it("spells the six names of the reference platform with their units and labels", () => {
    const platform = definitions
      .filter((one) => one.section === "platform")
      .map(({ name, kind, unit, labels }) => [name, kind, unit, labels.join()]);
    expect(platform).toEqual([
      ["task_success_total", "counter", "{task}", "task,queue"],
      ["task_failure_total", "counter", "{task}", "task,queue"],
      ["task_queue_length", "observable-gauge", "{task}", "queue"],
      ["task_duration_seconds", "histogram", "s", "task,queue"],
      ["system_cpu_percent", "observable-gauge", "%", "pid"],
      ["system_memory_usage_gigabytes", "observable-gauge", "GBy", "pid"],
    ]);
  });

  it("names each instrument once, and only counters end in _total", () => {
    const names = definitions.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    for (const { name, kind } of definitions)
      expect([name, name.endsWith("_total")]).toEqual([name, kind.endsWith("counter")]);
  });

  it("uses no unit for which a Collector would append a suffix", () => {
    for (const { name, unit } of definitions) {
      // A Collector appends no suffix that the name already ends in.
      const suffix = { s: "_seconds", By: "_bytes" }[unit];
      const harmless =
        suffix === undefined ? unit === "%" || unit === "GBy" || /^\{\w+\}$/.test(unit) : name.endsWith(suffix);
      expect([name, harmless]).toEqual([name, true]);
    }
  });

  it("puts pid on system metrics alone, as identity belongs to the scrape target", () => {
    for (const { name, labels } of definitions) {
      expect([name, labels.includes("pid")]).toEqual([name, name.startsWith("system_")]);
    }
  });

  it("has duration bounds that rise and hold those of the reference platform", () => {
    expect(DURATION_BUCKETS_SECONDS).toHaveLength(19);
    expect([...DURATION_BUCKETS_SECONDS].sort((a, b) => a - b)).toEqual(DURATION_BUCKETS_SECONDS);
    expect(DURATION_BUCKETS_SECONDS).toEqual(expect.arrayContaining([0.1, 0.5, 1, 2.5, 5, 10, 30, 60, 120]));
  });
});
