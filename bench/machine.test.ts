import { expect, test } from "vitest";
import { describeMachine } from "./machine.ts";

test("says on what, and beside how much else, the figures were taken", () => {
  const machine = describeMachine();
  expect(machine).toEqual({
    cpu: expect.stringMatching(/./),
    cores: expect.any(Number),
    memory: expect.stringMatching(/^\d+\.\d GiB$/),
    os: expect.stringContaining(process.platform),
    arch: process.arch,
    load: expect.any(Number),
  });
  expect(machine.cores).toBeGreaterThan(0);
  expect(machine.load).toBeGreaterThanOrEqual(0);
});
