import { type RuleSuite, target } from "./rule-case.ts";

/** Series of a broker, as two processes show them. */
const broker = (name: string, values: Readonly<Record<string, readonly string[]>>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(values).flatMap(([metric, samples]) =>
      samples.map((one, at) => [`${metric}{broker="${name}", ${target(at === 0 ? "a" : "b")}}`, one]),
    ),
  );

/** Brokers, several at a time. */
export const brokerSuite: RuleSuite = {
  name: "brokers",
  cases: [
    {
      title: "brokers that answer nobody, or not everybody, or not all the time",
      series: {
        ...broker("down", { task_broker_up: ["1+0x20 0+0x20", "1+0x20 0+0x20"] }),
        ...broker("reached by one", { task_broker_up: ["1+0x40", "0+0x40"] }),
        ...broker("restarted", { task_broker_up: ["1+0x28 0 1+0x20"] }),
      },
      fires: [{ alert: "TaskBrokerDown", labels: { broker: "down" } }],
      silent: ["TaskBrokerDown"],
    },
    {
      title: "brokers that are slow for everybody, or for one process",
      series: {
        ...broker("slow", { task_broker_ping_seconds: ["0.2+0x40", "0.11+0x40"] }),
        ...broker("at the limit", { task_broker_ping_seconds: ["0.2+0x40", "0.1+0x40"] }),
      },
      fires: [{ alert: "TaskBrokerSlow", labels: { broker: "slow" }, says: "110ms" }],
      silent: ["TaskBrokerSlow"],
    },
    {
      title: "brokers that are nearly full, or not quite, or have no limit",
      series: {
        ...broker("full", {
          task_broker_memory_bytes: ["901+0x40", "900+0x40"],
          task_broker_memory_limit_bytes: ["1000+0x40"],
        }),
        ...broker("at the limit", {
          task_broker_memory_bytes: ["900+0x40"],
          task_broker_memory_limit_bytes: ["1000+0x40"],
        }),
        ...broker("without a limit", { task_broker_memory_bytes: ["9e12+0x40"] }),
      },
      fires: [{ alert: "TaskBrokerMemoryNearLimit", labels: { broker: "full" }, says: "90.1%" }],
      silent: ["TaskBrokerMemoryNearLimit"],
    },
  ],
};
