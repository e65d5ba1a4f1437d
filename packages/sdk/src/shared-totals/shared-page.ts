import { PrometheusSerializer } from "@opentelemetry/exporter-prometheus";
import type { Resource } from "@opentelemetry/resources";
import type { BindableMeterProvider } from "@taskvitals/meter";
import { type PageSource, PageUnavailable } from "../endpoint/index.ts";
import type { ExpositionName } from "../options/task-vitals-options.ts";
import type { TotalsView } from "./totals-view.ts";

/** What {@link sharedPages} needs. */
export interface SharedPagesOptions {
  readonly view: Pick<TotalsView, "refresh">;
  readonly shown: BindableMeterProvider;
  /** What `target_info` says: the same in every process. */
  readonly resource: Resource;
  readonly exposition: ExpositionName;
}

/** Part of a collection's time in which the totals must be read; the rest is for writing the page. */
const READING_PART = 0.7;

/** Pages of the totals alone, as they were after the page was asked for. While they are not known there is no page. */
export function sharedPages({ view, shown, resource, exposition }: SharedPagesOptions): PageSource {
  const write = exposition === "standard" ? standardPage(shown, resource) : incrementalPage(shown, resource);
  return async ({ timeoutMs }) => {
    const reason = await view.refresh(timeoutMs * READING_PART);
    if (reason !== undefined) throw new PageUnavailable(`the shared totals are not known: ${reason}`);
    return write();
  };
}

type WritePage = () => ReturnType<PageSource>;

function incrementalPage(shown: BindableMeterProvider, { attributes }: Resource): WritePage {
  const exposition = shown.createExposition({ targetInfo: attributes });
  return async () => {
    const page = await exposition.render({ encoding: "gzip" });
    return { gzipped: Buffer.concat(page.chunks, page.byteLength) };
  };
}

function standardPage(shown: BindableMeterProvider, resource: Resource): WritePage {
  const serializer = new PrometheusSerializer(undefined, false, undefined, false, true);
  const producer = shown.createProducer();
  return async () => {
    const { resourceMetrics } = await producer.collect();
    return serializer.serialize({ ...resourceMetrics, resource });
  };
}
