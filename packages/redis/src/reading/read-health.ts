import type { BrokerHealth } from "@taskvitals/core";
import type { BrokerNode } from "../broker-connection.ts";
import type { Words } from "../command-words.ts";
import type { Deadline } from "../deadline.ts";
import type { RedisReply } from "../redis-reply.ts";
import type { BrokerClock } from "./broker-clock.ts";

/** What one look at the servers of a broker tells. */
export interface HealthReading {
  readonly health: BrokerHealth;
  /** Whether what the broker holds is out of date: it is one server, a replica that has lost its master. */
  readonly isStale: boolean;
}

/** The health of one server. */
interface NodeHealth {
  readonly up: boolean;
  readonly pingSeconds: number | undefined;
  readonly memoryBytes: number | undefined;
  readonly memoryLimitBytes: number | undefined;
  readonly isStale: boolean;
}

/** Pings every server of a broker, sets the clock by each that answers, and asks for its memory. Never rejects. */
export async function readHealth(
  nodes: readonly BrokerNode[],
  clock: BrokerClock,
  deadline: Deadline,
): Promise<HealthReading> {
  const all = await Promise.all(nodes.map((node) => readNode(node, clock, deadline)));
  const pings = all.map(({ pingSeconds }) => pingSeconds).filter((seconds) => seconds !== undefined);
  const fullest = all.reduce<NodeHealth | undefined>(
    (worst, node) => (isFuller(node, worst) ? node : worst),
    undefined,
  );
  const health = {
    up: all.length > 0 && all.every(({ up }) => up),
    pingSeconds: pings.length === 0 ? undefined : Math.max(...pings),
    memoryBytes: fullest?.memoryBytes,
    memoryLimitBytes: fullest?.memoryLimitBytes,
  };
  // A node of a Cluster answers for the keys that it is the master of, and for no others.
  return { health, isStale: all.length === 1 && all[0]?.isStale === true };
}

async function readNode(node: BrokerNode, clock: BrokerClock, deadline: Deadline): Promise<NodeHealth> {
  // The ping goes out by itself, so that nothing behind it counts as its round trip.
  const pinged = askTimed(node, [["ping"]], deadline);
  const asked = askTimed(node, [["time"], ["info", "memory"], ["info", "replication"]], deadline).then((answer) => {
    const [time, ...infos] = answer.replies;
    if (time !== undefined) clock.set(time, answer.askedAt);
    return infos;
  });
  const [{ replies, seconds }, [memoryInfo, replication]] = await Promise.all([pinged, asked]);
  const up = isAnswer(replies[0]);
  return { up, pingSeconds: up ? seconds : undefined, ...memory(memoryInfo), isStale: isStale(replication) };
}

/** Asks, and measures from when the question went out: not while there was no connection yet. */
async function askTimed(
  node: BrokerNode,
  commands: readonly Words[],
  deadline: Deadline,
): Promise<{ readonly replies: readonly RedisReply[]; readonly askedAt: number; readonly seconds: number }> {
  let askedAt = performance.now();
  const replies = await node.exchange(commands, deadline, () => {
    askedAt = performance.now();
  });
  return { replies, askedAt, seconds: (performance.now() - askedAt) / 1000 };
}

/** A user that may not ping was answered all the same. */
function isAnswer(reply: RedisReply | undefined): boolean {
  return reply !== undefined && (reply.ok || reply.detail.startsWith("NOPERM"));
}

function memory(reply: RedisReply | undefined): Pick<NodeHealth, "memoryBytes" | "memoryLimitBytes"> {
  const text = infoText(reply);
  const field = (name: string): number | undefined => {
    const value = new RegExp(`^${name}:(\\d+)\\s*$`, "m").exec(text)?.[1];
    return value === undefined ? undefined : Number(value);
  };
  // 0 is Redis' word for no limit.
  return { memoryBytes: field("used_memory"), memoryLimitBytes: field("maxmemory") || undefined };
}

/** A replica without its master goes on answering with what it had. */
function isStale(reply: RedisReply | undefined): boolean {
  const text = infoText(reply);
  return /^role:slave\s*$/m.test(text) && /^master_link_status:down\s*$/m.test(text);
}

function infoText(reply: RedisReply | undefined): string {
  return reply?.ok === true && typeof reply.value === "string" ? reply.value : "";
}

function isFuller(node: NodeHealth, than: NodeHealth | undefined): boolean {
  if (node.memoryBytes === undefined) return false;
  if (than?.memoryBytes === undefined) return true;
  const share = ({ memoryBytes = 0, memoryLimitBytes }: NodeHealth): number =>
    memoryLimitBytes === undefined ? 0 : memoryBytes / memoryLimitBytes;
  return share(node) === share(than) ? node.memoryBytes > than.memoryBytes : share(node) > share(than);
}
