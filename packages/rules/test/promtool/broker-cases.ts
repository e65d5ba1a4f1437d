import { type RuleSuite, target } from "./rule-case.ts";

const labels = { broker: "jobs" };
const ofBroker = (name: string, values: string, instance = "a"): Record<string, string> => ({
  [`${name}{broker="jobs", ${target(instance)}}`]: values,
});

/** Brokers. */
export const brokerSuite: RuleSuite = {
  name: "brokers",
  cases: [
    {
      title: "a broker that answers nobody",
      series: {
        ...ofBroker("task_broker_up", "1+0x20 0+0x20"),
        ...ofBroker("task_broker_up", "1+0x20 0+0x20", "b"),
      },
      fires: [{ alert: "TaskBrokerDown", labels }],
    },
    {
      title: "a broker that one process cannot reach",
      series: { ...ofBroker("task_broker_up", "1+0x40"), ...ofBroker("task_broker_up", "0+0x40", "b") },
      silent: ["TaskBrokerDown"],
    },
    {
      title: "a broker that is restarted",
      series: ofBroker("task_broker_up", "1+0x28 0 1+0x20"),
      silent: ["TaskBrokerDown"],
    },
    {
      title: "a broker that is slow for everybody",
      series: {
        ...ofBroker("task_broker_ping_seconds", "0.2+0x40"),
        ...ofBroker("task_broker_ping_seconds", "0.11+0x40", "b"),
      },
      fires: [{ alert: "TaskBrokerSlow", labels, says: "110ms" }],
    },
    {
      title: "a broker that answers one process at the limit",
      series: {
        ...ofBroker("task_broker_ping_seconds", "0.2+0x40"),
        ...ofBroker("task_broker_ping_seconds", "0.1+0x40", "b"),
      },
      silent: ["TaskBrokerSlow"],
    },
    {
      title: "a broker that is nearly full",
      series: {
        ...ofBroker("task_broker_memory_bytes", "901+0x40"),
        ...ofBroker("task_broker_memory_bytes", "900+0x40", "b"),
        ...ofBroker("task_broker_memory_limit_bytes", "1000+0x40"),
      },
      fires: [{ alert: "TaskBrokerMemoryNearLimit", labels, says: "90.1%" }],
    },
    {
      title: "a broker whose memory is at the limit of the alert",
      series: {
        ...ofBroker("task_broker_memory_bytes", "900+0x40"),
        ...ofBroker("task_broker_memory_limit_bytes", "1000+0x40"),
      },
      silent: ["TaskBrokerMemoryNearLimit"],
    },
    {
      title: "a broker without a limit",
      series: ofBroker("task_broker_memory_bytes", "900+0x40"),
      silent: ["TaskBrokerMemoryNearLimit"],
    },
  ],
};
