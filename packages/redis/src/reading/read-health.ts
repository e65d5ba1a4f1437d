import type { BrokerHealth } from "@taskvitals/core";
import type { BrokerNode } from "../broker-connection.ts";
import type { Deadline } from "../deadline.ts";
import type { RedisReply } from "../redis-reply.ts";
import type { BrokerClock } from "./broker-clock.ts";

/** The health of one server. */
interface NodeHealth {
  readonly up: boolean;
  readonly pingSeconds: number | undefined;
  readonly memoryBytes: number | undefined;
  readonly memoryLimitBytes: number | undefined;
}

/** Pings every server of a broker, sets the clock by each that answers, and asks for its memory. Never rejects. */
export async function readHealth(
  nodes: readonly BrokerNode[],
  clock: BrokerClock,
  deadline: Deadline,
): Promise<BrokerHealth> {
  const all = await Promise.all(nodes.map((node) => readNode(node, clock, deadline)));
  const pings = all.map(({ pingSeconds }) => pingSeconds).filter((seconds) => seconds !== undefined);
  const fullest = all.reduce<NodeHealth | undefined>(
    (worst, node) => (isFuller(node, worst) ? node : worst),
    undefined,
  );
  return {
    up: all.length > 0 && all.every(({ up }) => up),
    pingSeconds: pings.length === 0 ? undefined : Math.max(...pings),
    memoryBytes: fullest?.memoryBytes,
    memoryLimitBytes: fullest?.memoryLimitBytes,
  };
}

async function readNode(node: BrokerNode, clock: BrokerClock, deadline: Deadline): Promise<NodeHealth> {
  const askedAt = performance.now();
  // The ping goes out by itself, so that nothing behind it counts as its round trip.
  const pinged = node.exchange([["ping"]], deadline).then(([reply]) => {
    return { reply, seconds: (performance.now() - askedAt) / 1000 };
  });
  const asked = node.exchange([["time"], ["info", "memory"]], deadline).then(([time, info]) => {
    if (time !== undefined) clock.set(time, askedAt);
    return info;
  });
  const [{ reply, seconds }, info] = await Promise.all([pinged, asked]);
  const up = isAnswer(reply);
  return { up, pingSeconds: up ? seconds : undefined, ...memory(info) };
}

/** A user that may not ping was answered all the same. */
function isAnswer(reply: RedisReply | undefined): boolean {
  return reply !== undefined && (reply.ok || reply.detail.startsWith("NOPERM"));
}

function memory(reply: RedisReply | undefined): Pick<NodeHealth, "memoryBytes" | "memoryLimitBytes"> {
  const text = reply?.ok === true && typeof reply.value === "string" ? reply.value : "";
  const field = (name: string): number | undefined => {
    const value = new RegExp(`^${name}:(\\d+)\\s*$`, "m").exec(text)?.[1];
    return value === undefined ? undefined : Number(value);
  };
  // 0 is Redis' word for no limit.
  return { memoryBytes: field("used_memory"), memoryLimitBytes: field("maxmemory") || undefined };
}

function isFuller(node: NodeHealth, than: NodeHealth | undefined): boolean {
  if (node.memoryBytes === undefined) return false;
  if (than?.memoryBytes === undefined) return true;
  const share = ({ memoryBytes = 0, memoryLimitBytes }: NodeHealth): number =>
    memoryLimitBytes === undefined ? 0 : memoryBytes / memoryLimitBytes;
  return share(node) === share(than) ? node.memoryBytes > than.memoryBytes : share(node) > share(than);
}
