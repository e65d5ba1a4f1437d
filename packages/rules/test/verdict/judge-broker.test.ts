import { expect, test } from "vitest";
import { type BrokerObservation, judgeBroker } from "../../src/verdict/judge-broker.ts";

const WELL: BrokerObservation = {
  broker: "default",
  up: true,
  pingSeconds: 0.0004,
  memoryBytes: 10,
  memoryLimitBytes: 100,
};

test.each<[string, Partial<BrokerObservation>, string | undefined]>([
  ["healthy", {}, undefined],
  ["healthy", { memoryLimitBytes: undefined }, undefined],
  ["healthy", { memoryBytes: 90 }, undefined],
  ["away", { up: false, pingSeconds: undefined }, "TaskBrokerDown"],
  ["full", { memoryBytes: 91 }, "TaskBrokerMemoryNearLimit"],
  ["full", { memoryBytes: 91, pingSeconds: 1 }, "TaskBrokerMemoryNearLimit"],
  ["slow", { pingSeconds: 0.11 }, "TaskBrokerSlow"],
  ["unknown", { up: undefined, pingSeconds: undefined }, undefined],
])("a broker is %s with %j", (verdict, seen, alert) => {
  expect(judgeBroker({ ...WELL, ...seen })).toMatchObject({ broker: "default", verdict, ...(alert && { alert }) });
});

test("the evidence has the numbers", () => {
  expect(judgeBroker(WELL).evidence).toEqual(["it answers a ping in 0.4 ms", "it uses 10 % of its memory limit"]);
  expect(judgeBroker({ ...WELL, up: false, unreachable: "ECONNREFUSED" }).evidence).toEqual([
    "it does not answer: ECONNREFUSED",
  ]);
  expect(judgeBroker({ ...WELL, pingSeconds: 2 }, { values: { brokerPingSeconds: 3 } }).verdict).toBe("healthy");
});
