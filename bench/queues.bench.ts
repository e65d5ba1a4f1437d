import { startRedis } from "../test/services/index.ts";
import type { Benchmark, BenchmarkContext, BenchmarkOutcome } from "./benchmark.ts";
import { besideExporter } from "./queues/beside-exporter.ts";
import { type ReadingFigures, type ReadingRounds, readMixed } from "./queues/mixed-readings.ts";
import { waitsOfReading } from "./queues/waits.ts";
import { redisVersion } from "./redis-version.ts";

/** Reading many queues of all layouts in one collection: time, round trips, what it does to the process and to other clients. */
export const benchmark: Benchmark = {
  name: "queues",
  describe:
    "What does reading thousands of queues cost this process, Redis and its other clients, beside redis_exporter?",
  packages: ["taskvitals", "@taskvitals/redis", "ioredis"],
  run: measure,
};

/** How much work a run is. */
interface Size extends ReadingRounds {
  /** Plain lists that we and the peer report. */
  readonly lists: number;
  readonly scrapes: number;
}

const FULL: Size = { queues: [100, 1000, 10_000], rounds: 21, warmupRounds: 15, pages: 15, lists: 1000, scrapes: 15 };
const QUICK: Size = { queues: [15, 30, 60], rounds: 1, warmupRounds: 1, pages: 1, lists: 20, scrapes: 1 };

async function measure({ quick, progress }: BenchmarkContext): Promise<BenchmarkOutcome> {
  const size = quick ? QUICK : FULL;
  const [, middle = 0, most = 0] = size.queues;
  await using redis = await startRedis();
  const waits = await waitsOfReading(redis, middle);
  const { readings, throughClient, page, ping } = await readMixed(redis, size, progress);
  const peer = await besideExporter(size.lists, size.scrapes, progress);
  const at = (queues: number): ReadingFigures => readings.get(queues) as ReadingFigures;
  return {
    targets: [
      { name: `round_trips_${middle}_queues`, value: waits.steady, limit: 2 },
      { name: `collection_${middle}_queues_ms`, value: at(middle).ms, limit: 60 },
      { name: `collection_${most}_queues_ms`, value: at(most).ms, limit: 1000 },
      {
        name: `cost_per_queue_ratio_of_${most}_to_${middle}`,
        value: at(most).us_per_queue / at(middle).us_per_queue,
        limit: 1.5,
      },
      { name: `page_${most}_queues_longest_stall_ms`, value: page.longest_stall_ms, limit: 10 },
      { name: `ping_p99_during_${most}_queues_ms`, value: ping.p99_ms, limit: 5 },
      { name: `scrape_${size.lists}_lists_time_ratio_to_redis_exporter`, value: peer.time_ratio, limit: 1 },
    ],
    figures: {
      noise_ratio: at(middle).noise_ratio,
      round_trips: waits,
      ...Object.fromEntries([...readings].map(([queues, figures]) => [`queues_${queues}`, figures])),
      through_a_client_of_the_application: Object.fromEntries(
        [...throughClient].map(([queues, figures]) => [`queues_${queues}`, figures]),
      ),
      [`page_${most}_queues`]: page,
      [`ping_${most}_queues`]: ping,
      [`lists_${size.lists}`]: peer.figures,
    },
    versions: { "redis-server": await redisVersion(), redis_exporter: peer.version },
  };
}
