import type { Attributes, AttributeValue } from "@opentelemetry/api";
import { resourceFromAttributes } from "@opentelemetry/resources";
import type { ResourceMetrics } from "@opentelemetry/sdk-metrics";

const LEGAL = /^(?!le$|quantile$|__)(?!.*__)[a-zA-Z_][a-zA-Z0-9_]*$/;

/** Labels that the text format itself puts on samples. */
const RESERVED = /^(le|quantile|__name__)$/;

/**
 * Repairs the label names of the application's own instruments and of the resource, in place of a page that Prometheus would refuse
 * whole: one illegal name, or two that become one, takes the target down. Follows OpenTelemetry's rules for Prometheus: illegal
 * characters become `_`, several in a row become one, a leading digit gets one before it, and values of names that meet are joined
 * with `;` in the order of the names. A reserved name is prefixed with `exported_`, as Prometheus does with names that meet its own.
 *
 * @param onRepair - told of each name that had to change in a way that loses or merges something
 */
export function withLegalLabels(
  metrics: ResourceMetrics,
  onRepair: (metric: string, label: string) => void,
): ResourceMetrics {
  for (const scope of metrics.scopeMetrics) {
    for (const metric of scope.metrics) {
      for (const point of metric.dataPoints) {
        if (isLegal(point.attributes)) continue;
        (point as { attributes: Attributes }).attributes = repaired(point.attributes, (label) =>
          onRepair(metric.descriptor.name, label),
        );
      }
    }
  }
  if (isLegal(metrics.resource.attributes)) return metrics;
  const attributes = repaired(metrics.resource.attributes, (label) => onRepair("target_info", label));
  return { ...metrics, resource: resourceFromAttributes(attributes) };
}

function isLegal(attributes: Attributes): boolean {
  for (const name in attributes) if (!LEGAL.test(name)) return false;
  return true;
}

function repaired(attributes: Attributes, onRepair: (label: string) => void): Attributes {
  const legal = new Map<string, AttributeValue>();
  for (const name of Object.keys(attributes).sort()) {
    const value = attributes[name];
    if (value === undefined) continue;
    const label = legalName(name);
    const other = legal.get(label);
    // Dots become underscores as everywhere in OpenTelemetry; only what surprises is reported.
    if (other !== undefined || /^\d/.test(name) || RESERVED.test(name)) onRepair(name);
    legal.set(label, other === undefined ? value : `${String(other)};${String(value)}`);
  }
  return Object.fromEntries(legal);
}

function legalName(name: string): string {
  const replaced = (RESERVED.test(name) ? `exported_${name}` : name)
    .replace(/[^a-zA-Z0-9_]/g, "_")
    .replace(/_{2,}/g, "_");
  return replaced === "" || /^\d/.test(replaced) ? `_${replaced}` : replaced;
}
