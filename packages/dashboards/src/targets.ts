import { DataqueryBuilder, PromQueryFormat } from "@grafana/grafana-foundation-sdk/prometheus";
import { DATA_SOURCE } from "./variables.ts";

/** A query drawn over time. */
export function overTime(refId: string, expr: string, legend: string): DataqueryBuilder {
  return new DataqueryBuilder().refId(refId).datasource(DATA_SOURCE).expr(expr).legendFormat(legend).range();
}

/** A query for the value at the end of the time range. */
export function atTheEnd(refId: string, expr: string, legend: string): DataqueryBuilder {
  return new DataqueryBuilder().refId(refId).datasource(DATA_SOURCE).expr(expr).legendFormat(legend).instant();
}

/** A query for the rows of a table. */
export function asRows(refId: string, expr: string): DataqueryBuilder {
  return atTheEnd(refId, expr, "__auto").format(PromQueryFormat.Table);
}

/** A query for the cells of a heat map: one line per upper bound. */
export function asBuckets(refId: string, expr: string): DataqueryBuilder {
  return overTime(refId, expr, "{{le}}").format(PromQueryFormat.Heatmap);
}
