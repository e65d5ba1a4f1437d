import { Redis as Redis6 } from "ioredis";
import { Redis as Redis5 } from "ioredis-5";

/** Either client; the tests use what both have. */
export type AnyRedis = Redis5 | Redis6;

/** A major version of ioredis. */
export interface IoredisVersion {
  readonly major: number;
  readonly Redis: new (url: string, options: object) => AnyRedis;
}

/** Every major version of ioredis that the package supports. */
export const ioredisVersions: readonly [IoredisVersion, IoredisVersion] = [
  { major: 5, Redis: Redis5 },
  { major: 6, Redis: Redis6 },
];

/** Loads one version in place of the installed one, and keeps every client that is made. */
export function recordingIoredis(version: IoredisVersion): {
  readonly clients: AnyRedis[];
  readonly importIoredis: () => Promise<unknown>;
} {
  const clients: AnyRedis[] = [];
  class RecordedRedis extends (version.Redis as unknown as typeof Redis6) {
    constructor(options: object) {
      super(options);
      clients.push(this);
    }
  }
  return { clients, importIoredis: async () => ({ Redis: RecordedRedis }) };
}

/** Commands that a reading sends to each server beside those of the queues: `ping`, `time`, `info` of two kinds. */
export const HEALTH_COMMANDS = 4;

/** How many commands a client still holds. */
export function heldCommands(client: AnyRedis): number {
  const { offlineQueue } = client as unknown as { offlineQueue: { length: number } };
  return client.commandQueue.length + offlineQueue.length;
}
