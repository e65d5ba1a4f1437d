export type { BullmqEventsPosition, KeptJob, KeptStream } from "./bullmq-events/kept-position.ts";
export {
  type BullmqEvents,
  type BullmqEventsOptions,
  type BullmqEventsQueue,
  type BullmqStream,
  observeBullmqEvents,
} from "./bullmq-events/observe-bullmq-events.ts";
export type { CeleryEvent } from "./celery-events/celery-event.ts";
export type { DuplicableClient } from "./celery-events/event-client.ts";
export type { WorkerAnswer } from "./celery-events/inspection.ts";
export {
  type CeleryEvents,
  type CeleryEventsOptions,
  type CeleryInspectOptions,
  observeCeleryEvents,
} from "./celery-events/observe-celery-events.ts";
export type { CounterOptions, CounterSpecification } from "./counter-specification.ts";
export type { LayoutName } from "./layouts/layouts.ts";
export {
  holdTotalsLease,
  type TotalsKeeper,
  type TotalsLease,
  type TotalsLeaseOptions,
} from "./lease/totals-lease.ts";
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
  RedisNodeAddressLike,
  RedisNodeLike,
  RedisNodeOptionsLike,
  RedisPipelineLike,
} from "./redis-client-like.ts";
export { parseRedisUrl, type RedisEndpoint } from "./redis-url.ts";
export {
  openRedisSlotStore,
  type RedisSlotStore,
  type RedisSlotStoreOptions,
} from "./shared-totals/redis-slot-store.ts";
export { suggestion } from "./suggestion.ts";
