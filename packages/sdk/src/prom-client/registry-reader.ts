import { errorType } from "@taskvitals/core";
import type { PromClientRegistry } from "./prom-client-registry.ts";

/** Why something could not be read. `late`: within its time, or it was late before and is still under way. */
export type ReadFailure = "late" | { readonly threw: string };

/** One metric of a registry, or all of it, as it was read. */
export type RegistryPart =
  | { readonly text: string }
  /** `metric` is `undefined` where all of the registry is concerned. */
  | { readonly metric: string | undefined; readonly failure: ReadFailure };

interface Question {
  readonly metric: string | undefined;
  ask(): string | Promise<string>;
}

const OPEN_METRICS = /^application\/openmetrics-text\b/i;

/** Whether a registry writes OpenMetrics. */
export function isOpenMetrics({ contentType }: PromClientRegistry): boolean {
  return typeof contentType === "string" && OPEN_METRICS.test(contentType);
}

/** Reads a registry, however its metrics behave. */
export class RegistryReader {
  readonly #registry: PromClientRegistry;
  /** What was asked and has not answered: asked again at every page, a metric that hangs would fill the memory. */
  readonly #underWay = new Set<string | undefined>();

  /** Reads nothing yet. */
  constructor(registry: PromClientRegistry) {
    this.#registry = registry;
  }

  /** Asks everything at once, as `prom-client` itself does, since one metric's `collect()` may set the values of those after it. Never rejects. */
  async read(timeoutMs: number): Promise<readonly RegistryPart[]> {
    const { promise: deadline, resolve } = Promise.withResolvers<"late">();
    const timer = setTimeout(resolve, timeoutMs, "late").unref();
    try {
      return await Promise.all(questionsTo(this.#registry).map((question) => this.#ask(question, deadline)));
    } catch (error) {
      return [{ metric: undefined, failure: { threw: errorType(error) } }];
    } finally {
      clearTimeout(timer);
    }
  }

  async #ask({ metric, ask }: Question, deadline: Promise<"late">): Promise<RegistryPart> {
    if (this.#underWay.has(metric)) return { metric, failure: "late" };
    this.#underWay.add(metric);
    const answer = settle(ask).finally(() => this.#underWay.delete(metric));
    const settled = await Promise.race([answer, deadline]);
    return settled !== "late" && "text" in settled ? settled : { metric, failure: settled };
  }
}

/** Never rejects. */
async function settle(ask: Question["ask"]): Promise<{ readonly text: string } | { readonly threw: string }> {
  try {
    const text: unknown = await ask();
    return typeof text === "string" ? { text } : { threw: "no text" };
  } catch (error) {
    return { threw: errorType(error) };
  }
}

function questionsTo(registry: PromClientRegistry): readonly Question[] {
  const whole = { metric: undefined, ask: () => registry.metrics() };
  // Of a registry of OpenMetrics prom-client writes single counters under names that the whole does not have.
  if (isOpenMetrics(registry) || typeof registry.getSingleMetricAsString !== "function") return [whole];
  const metrics: unknown = registry.getMetricsAsArray?.();
  if (!Array.isArray(metrics) || !metrics.every((metric) => typeof metric?.name === "string")) return [whole];
  return metrics.map(({ name }: { name: string }) => ({
    metric: name,
    ask: () => registry.getSingleMetricAsString?.(name) ?? "",
  }));
}
