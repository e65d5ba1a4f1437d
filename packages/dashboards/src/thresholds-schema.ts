import { alerts, SEVERITIES, type ThresholdScope, thresholds } from "@taskvitals/rules";

const MONTH_SECONDS = 30 * 86_400;

/** `prometheus/thresholds.schema.json`: what a thresholds file may hold, for editors. */
export function thresholdsJsonSchema(): object {
  return {
    // The draft that editors know best.
    $schema: "http://json-schema.org/draft-07/schema#",
    title: "Thresholds of taskvitals",
    ...mapping({
      thresholds: described("Values where nothing else is said", values("platform", "queue", "task")),
      queues: described("Values of single queues, by the label `queue`", each(values("queue", "task"))),
      tasks: described(
        "Values of single tasks, by the label `task`; they win over those of their queue",
        each(values("task")),
      ),
      forSeconds: described(
        "How long a condition must hold before its alert fires, in seconds",
        ofAlerts({ type: "number", minimum: 0, maximum: MONTH_SECONDS }),
      ),
      severities: described("Severities that differ", ofAlerts({ enum: SEVERITIES })),
      disabled: described("Alerts that are not wanted", {
        type: ["array", "null"],
        items: { enum: alerts.map(({ name }) => name) },
        uniqueItems: true,
      }),
    }),
  };
}

function values(...scopes: readonly ThresholdScope[]): object {
  const named = Object.entries(thresholds).filter(([, { scope }]) => scopes.includes(scope));
  const properties = named.map(([name, { default: value, max, min, reason, unit }]) => {
    const limits = { type: "number", minimum: min, maximum: max, default: value };
    return [name, described(`${reason} Unit: ${unit}.`, limits)];
  });
  return mapping(Object.fromEntries(properties));
}

function ofAlerts(value: object): object {
  return mapping(Object.fromEntries(alerts.map(({ name }) => [name, value])));
}

/** A key of which all lines are comments has nothing behind it. */
function mapping(properties: Readonly<Record<string, object>>): object {
  return { type: ["object", "null"], properties, additionalProperties: false };
}

function each(value: object): object {
  return { type: ["object", "null"], additionalProperties: value };
}

function described(description: string, schema: object): object {
  return { description, ...schema };
}
