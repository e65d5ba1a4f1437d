export { parseQueue, type QueueOptions, type QueueSpecification } from "./queue-specification.ts";
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
