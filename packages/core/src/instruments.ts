import {
  type Counter,
  type Histogram,
  type Meter,
  type ObservableCounter,
  type ObservableGauge,
  ValueType,
} from "@opentelemetry/api";
import type {
  CounterDefinition,
  GaugeDefinition,
  HistogramDefinition,
  InstrumentDefinition,
  ObservableCounterDefinition,
} from "./contract.ts";

const valueType = (definition: InstrumentDefinition): ValueType =>
  definition.valueType === "int" ? ValueType.INT : ValueType.DOUBLE;

/** Creates a counter of the contract on any meter. */
export function createCounter(meter: Meter, definition: CounterDefinition): Counter {
  return meter.createCounter(definition.name, {
    description: definition.description,
    unit: definition.unit,
    valueType: valueType(definition),
  });
}

/** Creates a histogram of the contract on any meter; `bounds` are upper bounds in the definition's unit. */
export function createHistogram(meter: Meter, definition: HistogramDefinition, bounds: readonly number[]): Histogram {
  return meter.createHistogram(definition.name, {
    description: definition.description,
    unit: definition.unit,
    valueType: valueType(definition),
    advice: { explicitBucketBoundaries: [...bounds] },
  });
}

/** Creates an observable gauge of the contract on any meter. */
export function createObservableGauge(meter: Meter, definition: GaugeDefinition): ObservableGauge {
  return meter.createObservableGauge(definition.name, {
    description: definition.description,
    unit: definition.unit,
    valueType: valueType(definition),
  });
}

/** Creates a counter of the contract whose total is read at each collection, on any meter. */
export function createObservableCounter(
  meter: Meter,
  definition: ObservableCounterDefinition | CounterDefinition,
): ObservableCounter {
  return meter.createObservableCounter(definition.name, {
    description: definition.description,
    unit: definition.unit,
    valueType: valueType(definition),
  });
}
