import {
  COLLECTION_BUCKETS_SECONDS,
  contract,
  DURATION_BUCKETS_SECONDS,
  type InstrumentDefinition,
  type InstrumentKind,
  type LabelName,
  MAX_LABEL_LENGTH,
  OTHER_VALUE,
  TASK_STATES,
  UNKNOWN_VALUE,
} from "@taskvitals/core";

/** The documentation page that lists every metric: Markdown, derived from the contract. */
export function metricsPage(): string {
  const definitions = Object.values(contract) as readonly InstrumentDefinition[];
  const section = (name: InstrumentDefinition["section"]): InstrumentDefinition[] =>
    definitions.filter((definition) => definition.section === name);
  return `${[
    "# Metrics",
    "<!-- Generated from the contract by `npm run generate`; the tables come from `packages/core/src/contract.ts`. -->",
    "Names, units and types are the same for every framework, scraped from `/metrics` or pushed through OTLP. No option changes them.",
    "## The six vital signs",
    "Fixed by the reference platform: never renamed, never re-typed.",
    table(section("platform")),
    "## Beside them",
    table(section("extended")),
    "## Labels",
    labelTable(definitions),
    "No other label appears on these metrics: no worker name, host, job id or attempt number. Who reports is the scrape target's own `job` and `instance`. " +
      `Values are strings, cut at ${MAX_LABEL_LENGTH} characters.`,
    "## Buckets",
    bucketList(contract.taskDuration, DURATION_BUCKETS_SECONDS),
    bucketList(contract.collectionSeconds, COLLECTION_BUCKETS_SECONDS),
    "A histogram is three families on `/metrics`: its name with `_bucket`, `_sum` and `_count`.",
    "## What the values mean",
    semantics(),
    "## Queries",
    queries(),
  ].join("\n\n")}\n`;
}

const KIND: Readonly<Record<InstrumentKind, string>> = {
  counter: "counter",
  histogram: "histogram",
  "observable-gauge": "gauge",
  "observable-counter": "counter",
};

const LABEL: Readonly<Record<LabelName, string>> = {
  task: "Name of the task, as it was given to `wrap`, `record` or `start`",
  queue: `Bare name of the queue, or the \`label\` that its declaration sets; \`${UNKNOWN_VALUE}\` where it cannot be known`,
  pid: "Id of the reporting process",
  error_type: `Class of the error; \`${OTHER_VALUE}\` beyond the cap`,
  state: `Where the tasks stand: ${TASK_STATES.map((state) => `\`${state}\``).join(", ")}`,
  broker: "Name that the connection was given, `default` unless it has another; never a URL or a host",
  reason:
    "Why a queue could not be read: `timeout`, `refused`, `auth`, `wrong_type`, `loading`, `error`; or what was not found: `framework_missing`, `queue_missing`, `key_missing`. Why pushed points were lost: `unreachable`, `timeout`, `refused`, `rejected`, `queue_full`",
  operation: "What taskvitals was doing when it failed",
  instrument: "Name of the metric that is meant",
};

function table(definitions: readonly InstrumentDefinition[]): string {
  return rows(
    ["Name", "Type", "Unit", "Labels", "Meaning"],
    definitions.map(({ name, kind, unit, labels, description }) => [
      `\`${name}\``,
      KIND[kind],
      `\`${unit}\``,
      labels.map((label) => `\`${label}\``).join(", ") || "–",
      description,
    ]),
  );
}

function labelTable(definitions: readonly InstrumentDefinition[]): string {
  const used = new Set(definitions.flatMap(({ labels }) => labels));
  return rows(
    ["Label", "Meaning"],
    Object.entries(LABEL)
      .filter(([label]) => used.has(label as LabelName))
      .map(([label, meaning]) => [`\`${label}\``, meaning]),
  );
}

function rows(head: readonly string[], body: readonly (readonly string[])[]): string {
  return [head, head.map(() => "---"), ...body].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}

function bucketList({ name }: InstrumentDefinition, bounds: readonly number[]): string {
  return `\`${name}\`, upper bounds in seconds: ${bounds.join(", ")}, +Inf.`;
}

function semantics(): string {
  const { queueLength, queueReadError, taskError, taskFailure, taskSuccess } = contract;
  return [
    `- Unknown is not zero. A queue that could not be read has no sample in that scrape, and \`${queueReadError.name}\` rises. An empty queue reads 0. A queue that was removed disappears.`,
    `- \`${taskSuccess.name}\` and \`${taskFailure.name}\` always have the same label sets, so that they can be added and divided. Why a task failed is in \`${taskError.name}\`.`,
    "- A declared pair of task and queue exists at 0 from the start. A pair that is first seen when its task ends is born at 1, which `increase()` cannot see.",
    `- \`${queueLength.name}\` is a fact about the broker, the same whoever reports it: \`max by (queue)\`, never \`sum\`.`,
  ].join("\n");
}

function queries(): string {
  const { cpuPercent, memoryGigabytes, queueLength, taskDuration, taskFailure, taskSuccess } = contract;
  const [success, failure, duration] = [taskSuccess.name, taskFailure.name, taskDuration.name];
  const asked: readonly (readonly [string, string])[] = [
    ["tasks that ended", `${success} + ${failure}`],
    ["success ratio", `${success} / (${success} + ${failure})`],
    ["average duration", `rate(${duration}_sum[5m]) / rate(${duration}_count[5m])`],
    ["tasks waiting", queueLength.name],
    ["CPU", `max without(pid) (${cpuPercent.name})`],
    ["memory", `max without(pid) (${memoryGigabytes.name})`],
  ];
  return [
    "These work as they are typed; the dashboard wraps them for more than one process. Where nothing ended in the window, the average is NaN, as 0 / 0 is; the dashboard then shows nothing.",
    "```promql",
    ...asked.map(([what, query]) => `# ${what}\n${query}`),
    "```",
  ].join("\n");
}
