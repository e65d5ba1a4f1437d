import type { Sample } from "@taskvitals/rules";
import { ask, type HttpTarget } from "./http-target.ts";

/** An alert that fires. */
export interface FiringAlert {
  /** Its name. */
  readonly alert: string;
  readonly labels: Readonly<Record<string, string>>;
  /** Since when its condition holds, as Prometheus writes it; absent where it does not say. */
  readonly since?: string | undefined;
}

/** Why Prometheus could not be asked, in words; never with a credential. */
export class PrometheusFailure extends Error {}

/** The HTTP API of a Prometheus, or of what speaks it. */
export class PrometheusApi {
  /** How it is called in reports. */
  readonly name: string;
  readonly #target: HttpTarget;
  readonly #signal: AbortSignal;

  /** @param signal - ends what is being asked */
  constructor(target: HttpTarget, signal: AbortSignal) {
    this.name = target.name;
    this.#target = target;
    this.#signal = signal;
  }

  /**
   * Evaluates an expression.
   *
   * @param atSeconds - when, in Unix seconds; now by default
   * @throws PrometheusFailure
   */
  async query(expr: string, atSeconds?: number): Promise<readonly Sample[]> {
    const time: Readonly<Record<string, string>> = atSeconds === undefined ? {} : { time: String(atSeconds) };
    const data = (await this.#get("query", { query: expr, ...time })) as { readonly result?: unknown } | undefined;
    if (!Array.isArray(data?.result)) throw new PrometheusFailure("its answer is no vector");
    return (data.result as readonly RawSample[]).flatMap(({ metric = {}, value }) => {
      const number = Number(value?.[1]);
      return Number.isNaN(number) ? [] : [{ name: metric.__name__ ?? "", labels: metric, value: number }];
    });
  }

  /**
   * The alerts that fire, by the rules of this Prometheus; where it evaluates none, by the series that whoever does writes.
   *
   * @throws PrometheusFailure
   */
  async firing(): Promise<readonly FiringAlert[]> {
    const data = (await this.#get("alerts", {}).catch(() => undefined)) as { readonly alerts?: unknown } | undefined;
    if (Array.isArray(data?.alerts) && data.alerts.length > 0) {
      return (data.alerts as readonly RawAlert[]).flatMap(({ activeAt, labels = {}, state }) =>
        state === "firing" && labels.alertname !== undefined
          ? [{ alert: labels.alertname, labels, since: activeAt }]
          : [],
      );
    }
    const series = await this.query('ALERTS{alertstate="firing"}');
    return series.flatMap(({ labels }) =>
      labels.alertname === undefined ? [] : [{ alert: labels.alertname, labels }],
    );
  }

  async #get(path: string, parameters: Readonly<Record<string, string>>): Promise<unknown> {
    const url = new URL(this.#target.url);
    url.pathname = `${url.pathname.replace(/\/+$/, "")}/api/v1/${path}`;
    for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
    const answer = await ask({ ...this.#target, url }, this.#signal);
    if ("failure" in answer) throw new PrometheusFailure(answer.failure);
    const body = parsed(answer.text);
    if (body.status !== "success") throw new PrometheusFailure("its answer is not one of Prometheus' API");
    return body.data;
  }
}

interface RawSample {
  readonly metric?: Readonly<Record<string, string>>;
  readonly value?: readonly [number, string];
}

interface RawAlert {
  readonly state?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly activeAt?: string;
}

function parsed(text: string): { readonly status?: unknown; readonly data?: unknown } {
  try {
    return (JSON.parse(text) ?? {}) as { readonly status?: unknown; readonly data?: unknown };
  } catch {
    return {};
  }
}
