import { PrometheusSerializer } from "@opentelemetry/exporter-prometheus";
import { emptyResource } from "@opentelemetry/resources";
import type { CollectionResult } from "@opentelemetry/sdk-metrics";
import type { BindableMeterProvider } from "@taskvitals/meter";
import type { PageSource } from "../endpoint/index.ts";
import type { ProblemLog } from "../problem-log.ts";
import type { RegistryPages } from "../prom-client/registry-pages.ts";
import type { ShownInTurn } from "../shared-totals/shown-in-turn.ts";
import { withLegalLabels } from "./legal-labels.ts";
import type { PullReader } from "./pull-reader.ts";
import type { ScrapeReader } from "./scrape-reader.ts";
import { CALLBACK_TIMEOUT_MS } from "./vitals-provider.ts";

/** What goes on a page beside the instruments of taskvitals and of the application. */
export interface PageGuests {
  /** Totals of all processes, now and then. */
  readonly shownInTurn?: ShownInTurn | undefined;
  /** A registry of `prom-client`. */
  readonly registry?: RegistryPages | undefined;
}

/**
 * Pages written from the cells of our own instruments, in slices that give the event loop back, with what the application measures merged
 * in.
 *
 * @param readingMs - the longest that a callback of ours may take
 */
export function incrementalPages(
  own: BindableMeterProvider,
  application: PullReader,
  readingMs: number,
  problems: ProblemLog,
  { shownInTurn, registry }: PageGuests = {},
): PageSource {
  const exposition = own.createExposition();
  return async ({ timeoutMs }) => {
    // At the same time as ours: a callback of the application that hangs must not delay the page twice.
    const collected = application
      .collect({ timeoutMillis: Math.min(timeoutMs, CALLBACK_TIMEOUT_MS) })
      .catch(emptyHanded);
    const trailer = registry?.begin(Math.min(timeoutMs, CALLBACK_TIMEOUT_MS));
    const extra = collected.then(({ resourceMetrics }) => [resourceMetrics]);
    // Compressed while it is written, as nearly every scraper asks for it: a large page is never held whole as text.
    const budgetMs = Math.min(timeoutMs, readingMs);
    const beside = shownInTurn?.providers(budgetMs) ?? [];
    const page = await exposition.render({ timeoutMs: budgetMs, extra, beside, encoding: "gzip", trailer });
    reportFailedCallbacks([...(await collected).errors, ...page.errors], problems);
    return { gzipped: Buffer.concat(page.chunks, page.byteLength) };
  };
}

function emptyHanded(error: unknown): CollectionResult {
  return { resourceMetrics: { resource: emptyResource(), scopeMetrics: [] }, errors: [error] };
}

/**
 * Pages written by OpenTelemetry's own exporter, whole and in one go.
 *
 * @param readingMs - the longest that any callback may take: its reader knows but one limit
 */
export function standardPages(
  reader: ScrapeReader,
  readingMs: number,
  problems: ProblemLog,
  { registry }: Pick<PageGuests, "registry"> = {},
): PageSource {
  const serializer = new PrometheusSerializer(undefined, false, undefined, false, true);
  return async ({ timeoutMs }) => {
    const lines = registry?.begin(Math.min(timeoutMs, CALLBACK_TIMEOUT_MS));
    const { resourceMetrics, errors } = await reader.collect({
      timeoutMillis: Math.min(timeoutMs, readingMs),
    });
    reportFailedCallbacks(errors, problems);
    const legal = withLegalLabels(resourceMetrics, (metric, label) =>
      problems.report(
        "expose",
        `Metric "${metric.slice(0, 128)}" has the label "${label.slice(0, 128)}", which Prometheus does not allow or which meets another; it was renamed or joined.`,
      ),
    );
    let page = serializer.serialize(legal);
    for await (const piece of lines?.(familiesOf(page)) ?? []) page += piece;
    return page;
  };
}

function familiesOf(page: string): ReadonlySet<string> {
  return new Set(Array.from(page.matchAll(/^# TYPE (\S+)/gm), ([, name = ""]) => name));
}

function reportFailedCallbacks(errors: readonly unknown[], problems: ProblemLog): void {
  for (const error of errors) {
    const name = error instanceof Error ? error.name : "no Error";
    problems.report("collect", `A metric callback failed or was too slow (${name}).`);
  }
}
