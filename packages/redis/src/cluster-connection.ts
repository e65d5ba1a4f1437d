import type { BrokerConnection, BrokerNode } from "./broker-connection.ts";
import { ClientReadiness } from "./client-readiness.ts";
import { commandWords, type Words } from "./command-words.ts";
import type { Deadline } from "./deadline.ts";
import { keySlot } from "./key-slot.ts";
import { Lane } from "./lane.ts";
import { LastError } from "./last-error.ts";
import type { RedisCommand } from "./layouts/queue-layout.ts";
import type { RedisClusterLike, RedisNodeLike } from "./redis-client-like.ts";
import { failure, type RedisReply } from "./redis-reply.ts";

/** A command on its way to a node. */
interface Routed {
  /** Its place among the commands of the exchange. */
  readonly index: number;
  readonly command: RedisCommand;
  /** `host:port`, or `undefined` when nobody serves the slot. */
  readonly node: string | undefined;
  /** Whether the node is only about to take over the slot, and answers when told that we know. */
  readonly asking: boolean;
}

const NO_NODE = failure("refused", "no connection to the node of the Cluster that serves the queue");

/**
 * The caller's Cluster: one pipeline per node, all at once, so that a node that fails costs only its own queues. (ioredis' own
 * Cluster pipelines take one node only, and repeat the whole when a part was redirected.) Masters are asked, whatever `scaleReads` says.
 */
export class ClusterConnection implements BrokerConnection {
  readonly #cluster: RedisClusterLike;
  readonly #readiness: ClientReadiness;
  readonly #lanes = new Map<RedisNodeLike, Lane>();
  readonly #lastError: LastError;

  /** Takes a client that stays the caller's. */
  constructor(cluster: RedisClusterLike) {
    this.#cluster = cluster;
    this.#readiness = new ClientReadiness(cluster);
    this.#lastError = new LastError(cluster);
  }

  get keyPrefix(): string {
    return this.#cluster.options.keyPrefix ?? "";
  }

  async nodes(deadline: Deadline): Promise<readonly BrokerNode[]> {
    if ((await this.#readiness.until(deadline)) !== undefined) return [];
    const clients = this.#nodes();
    const masters = new Set(this.#cluster.slots.map((servers) => servers?.[0]).filter((node) => node !== undefined));
    return [...masters].map((id) => ({
      id,
      exchange: async (commands, deadline, onSend) => {
        const node = clients.get(id);
        if (node === undefined) return commands.map(() => NO_NODE);
        return this.#laneOf(node).exchange(commands, deadline, onSend);
      },
    }));
  }

  async exchange(commands: readonly RedisCommand[], deadline: Deadline): Promise<readonly RedisReply[]> {
    this.#lastError.listen();
    const obstacle = await this.#readiness.until(deadline);
    if (obstacle !== undefined) {
      const reply = this.#lastError.explain(obstacle);
      return commands.map(() => reply);
    }
    this.#lastError.forget();
    const routed = commands.map((command, index): Routed => {
      return { index, command, node: this.nodeOf(command[1]) || undefined, asking: false };
    });
    const replies = new Array<RedisReply>(commands.length);
    await this.#send(routed, replies, deadline);

    const redirected = routed.flatMap(({ index, command }): Routed[] => {
      const reply = replies[index];
      if (reply?.ok !== false || reply.redirect === undefined) return [];
      return [{ index, command, node: this.#reachable(reply.redirect.node), asking: reply.redirect.asking }];
    });
    if (redirected.length > 0) await this.#send(redirected, replies, deadline);
    const nodes = this.#nodes();
    // A slot has moved, or a node is gone: the next exchange finds the new map.
    if (redirected.some(({ asking }) => !asking) || routed.some(({ node = "" }) => !nodes.has(node))) {
      this.#cluster.refreshSlotsCache();
    }
    return replies;
  }

  nodeOf(key: string): string {
    return this.#cluster.slots[keySlot(this.keyPrefix + key)]?.[0] ?? "";
  }

  close(): void {
    this.#lastError.close();
    for (const lane of this.#lanes.values()) lane.close();
    this.#lanes.clear();
  }

  async #send(routed: readonly Routed[], replies: RedisReply[], deadline: Deadline): Promise<void> {
    const nodes = this.#nodes();
    const perNode = Map.groupBy(routed, ({ node = "" }) => node);
    await Promise.all(
      [...perNode].map(async ([key, group]) => {
        const node = nodes.get(key);
        if (node === undefined) {
          for (const { index } of group) replies[index] = NO_NODE;
          return;
        }
        const sent = group.flatMap(({ index, asking, command }): { index: number | undefined; words: Words }[] => {
          const words = commandWords(command, this.#unprefixed(command[1], node));
          return asking
            ? [
                { index: undefined, words: ["asking"] },
                { index, words },
              ]
            : [{ index, words }];
        });
        const words = sent.map((command) => command.words);
        const answers = await this.#laneOf(node).exchange(words, deadline);
        sent.forEach(({ index }, position) => {
          if (index !== undefined) replies[index] = answers[position] as RedisReply;
        });
      }),
    );
  }

  /** The key as the node's client is to be given it: that client may add a prefix of its own, the Cluster's or none. */
  #unprefixed(key: string, node: RedisNodeLike): string {
    const full = this.keyPrefix + key;
    return full.slice(node.options.keyPrefix?.length ?? 0);
  }

  /** A node as its client is known, from the address that another node gave of it. */
  #reachable(node: string): string {
    const { natMap } = this.#cluster.options;
    const mapped = typeof natMap === "function" ? natMap(node) : natMap?.[node];
    return mapped ? `${mapped.host}:${mapped.port}` : node;
  }

  #laneOf(node: RedisNodeLike): Lane {
    let lane = this.#lanes.get(node);
    if (lane === undefined) {
      lane = new Lane(node);
      this.#lanes.set(node, lane);
    }
    return lane;
  }

  /** The clients of the nodes by `host:port`; forgets the lanes of clients that are gone. */
  #nodes(): ReadonlyMap<string, RedisNodeLike> {
    const nodes = this.#cluster.nodes();
    for (const [node, lane] of this.#lanes) {
      if (nodes.includes(node)) continue;
      lane.close();
      this.#lanes.delete(node);
    }
    return new Map(nodes.map((node) => [`${node.options.host}:${node.options.port}`, node]));
  }
}
