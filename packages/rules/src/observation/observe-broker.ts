import type { BrokerObservation } from "../verdict/judge-broker.ts";
import { type Look, latest } from "./look.ts";

/** A broker as it was watched. */
export function observeBroker(broker: string, looks: readonly Look[], unreachable?: string): BrokerObservation {
  const known = latest(looks).flatMap((look) => look.facts.brokers.get(broker) ?? []);
  const answered = known.find(({ up }) => up !== undefined && up > 0);
  const facts = answered ?? known[0] ?? {};
  const pings = looks.flatMap((look) => look.facts.brokers.get(broker)?.pingSeconds ?? []);
  const isUp = facts.up === undefined ? undefined : facts.up > 0;
  return {
    broker,
    up: isUp,
    unreachable: isUp === false ? unreachable : undefined,
    pingSeconds: median(pings),
    memoryBytes: facts.memoryBytes,
    memoryLimitBytes: facts.memoryLimitBytes,
  };
}

function median(values: readonly number[]): number | undefined {
  return values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)];
}
