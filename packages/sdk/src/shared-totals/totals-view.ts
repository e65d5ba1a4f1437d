import {
  contract,
  type InstrumentDefinition,
  type ProblemListener,
  type SharedTotals,
  type SlotInstrument,
  type TotalsExposer,
} from "@taskvitals/core";
import type { BindableMeterProvider, ShownInstrument, ShownTotal } from "@taskvitals/meter";
import type { DescribedInstruments } from "./shared-meter.ts";
import { reasonOf } from "./slot-flushes.ts";

/** What {@link TotalsView} needs. */
export interface TotalsViewOptions {
  readonly exposer: Pick<TotalsExposer, "read">;
  /** Provider on which the totals are shown; nothing else is on it. */
  readonly shown: BindableMeterProvider;
  readonly described: DescribedInstruments;
  readonly onProblem: ProblemListener;
}

const SETTLING =
  "the store of the shared totals was started, emptied or replaced a moment ago, and not every process has written again";
const KINDS = { counter: "counter", histogram: "histogram", living: "gauge" } as const;
const DEFINITIONS: ReadonlyMap<string, InstrumentDefinition> = new Map(
  Object.values(contract).map((definition) => [definition.name, definition]),
);
const PROCESSES: ShownInstrument = instrumentOf(
  { name: contract.processes.name, kind: "living", bounds: [] },
  undefined,
);

/** The totals of the platform, as they are shown by this process. */
export class TotalsView {
  readonly #options: TotalsViewOptions;
  #instruments = new Map<SlotInstrument, ShownInstrument>();
  readonly #reported = new Set<string>();
  #asked = 0;
  #answered = 0;
  #showing: Promise<void> = Promise.resolve();

  /** Shows nothing yet. */
  constructor(options: TotalsViewOptions) {
    this.#options = options;
  }

  /**
   * Reads the totals and shows them. Never rejects.
   *
   * @returns why they cannot be shown; `undefined` when they are
   */
  async refresh(timeoutMs: number): Promise<string | undefined> {
    this.#asked += 1;
    const turn = this.#asked;
    try {
      const totals = await beforeTimeout(this.#options.exposer.read(), timeoutMs);
      if (totals === "late") return this.#failed(`no answer within ${Math.round(timeoutMs)} ms`);
      if (totals === undefined) return SETTLING;
      // What was asked for later is newer, and on its way already.
      if (turn > this.#answered) {
        this.#answered = turn;
        this.#showing = this.#show(totals);
      }
      await this.#showing;
      return undefined;
    } catch (error) {
      return this.#failed(reasonOf(error));
    }
  }

  #failed(reason: string): string {
    this.#options.onProblem("shared_totals", `The shared totals could not be read and are absent. ${reason}`);
    return reason;
  }

  #show({ series, apart, processes }: SharedTotals): Promise<void> {
    const totals = series.map(({ series: { instrument, labels, key }, cells }): ShownTotal => {
      return { instrument: this.#instrument(instrument), attributes: labels, key, cells };
    });
    totals.push({ instrument: PROCESSES, attributes: {}, key: "", cells: Float64Array.of(processes) });
    for (const { name, kind, bounds } of apart) this.#report(name, `${name} ${kind} ${bounds.join(" ")}`);
    return this.#options.shown.showTotals(totals);
  }

  #report(name: string, form: string): void {
    if (this.#reported.has(form) || this.#reported.size >= MOST_REPORTED) return;
    this.#reported.add(form);
    this.#options.onProblem(
      "shared_totals",
      `${name} has other bounds, or is another kind of instrument, in some processes: what they counted is kept apart and not shown. ` +
        "That passes with a rolling deploy; else give every process the same.",
    );
  }

  #instrument(given: SlotInstrument): ShownInstrument {
    const known = this.#instruments.get(given);
    if (known !== undefined) return known;
    // Instruments are new objects whenever a process has new series; only those of now are worth keeping.
    if (this.#instruments.size >= MOST_REMEMBERED) this.#instruments = new Map();
    const instrument = instrumentOf(given, this.#options.described);
    this.#instruments.set(given, instrument);
    return instrument;
  }
}

const MOST_REPORTED = 100;
const MOST_REMEMBERED = 10_000;

function instrumentOf(
  { name, kind, bounds }: SlotInstrument,
  described: DescribedInstruments | undefined,
): ShownInstrument {
  const definition = DEFINITIONS.get(name);
  const said = described?.get(name);
  return {
    name,
    kind: KINDS[kind],
    bounds,
    description: definition?.description ?? said?.description,
    unit: definition?.unit ?? said?.unit,
    isInteger: definition?.valueType === "int",
  };
}

async function beforeTimeout<T>(promise: Promise<T>, timeoutMs: number): Promise<T | "late"> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<"late">((resolve) => {
    timer = setTimeout(() => resolve("late"), timeoutMs).unref();
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
