export type { CounterOptions, CounterSpecification } from "./counter-specification.ts";
export type { LayoutName } from "./layouts/layouts.ts";
export type { QueueOptions } from "./queue-options.ts";
export {
  type DiscoverySpecification,
  parseQueue,
  type QueueSpecification,
  type SourceSpecification,
} from "./queue-specification.ts";
export type { LabelClaims } from "./reading/discovery.ts";
export {
  createRedisBroker,
  type RedisBroker,
  type RedisBrokerDependencies,
  type RedisConnectionOptions,
} from "./redis-broker.ts";
export type {
  RedisClientLike,
  RedisClusterLike,
  RedisNodeLike,
  RedisNodeOptionsLike,
  RedisPipelineLike,
} from "./redis-client-like.ts";
