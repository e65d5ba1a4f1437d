import { type PrometheusServer, startPrometheus } from "../../test/services/index.ts";
import { createScraper } from "../scrape/timed-scrape.ts";
import { median } from "../statistics.ts";

/** A thousand workers in one process may keep a few scrapes waiting at the beginning. */
const MOST_UP = 0.99;

/** Starts a Prometheus that scrapes these targets, every so often, and nothing else; resolves when it reaches 99 % of them. */
export async function startScraping(
  targets: readonly string[],
  intervalMs: number,
  path = "/metrics",
): Promise<PrometheusServer> {
  const prometheus = await startPrometheus({
    version: "3",
    scrapeInterval: `${intervalMs}ms`,
    scrapeConfigs: [
      { job_name: "bench", honor_labels: true, metrics_path: path, static_configs: [{ targets: [...targets] }] },
    ],
  });
  // It takes five seconds to find its targets.
  try {
    await prometheus.waitFor("sum(up)", ([up]) => up !== undefined && up.value >= MOST_UP * targets.length, {
      timeoutMs: 120_000,
    });
    return prometheus;
  } catch (error) {
    await prometheus.stop();
    throw error;
  }
}

/** What Prometheus says of its last scrapes. */
export async function scrapesOf(prometheus: PrometheusServer): Promise<{ ms: number; samples: number; down: number }> {
  const one = async (query: string): Promise<number> => (await prometheus.query(query))[0]?.value ?? 0;
  return {
    ms: 1000 * (await one("avg(scrape_duration_seconds)")),
    samples: await one("sum(scrape_samples_scraped)"),
    down: await one("count(up) - sum(up)"),
  };
}

/** A page as it is fetched: time from the request to the last byte and size over the wire, compressed. */
export async function fetchPage(url: string, rounds: number): Promise<{ ms: number; bytes: number }> {
  using scraper = createScraper();
  const times: number[] = [];
  for (let round = 0; round < rounds; round++) times.push(await scraper.scrape(url));
  return { ms: median(times), bytes: scraper.lastBytes };
}
