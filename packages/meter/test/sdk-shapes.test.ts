import { AggregationTemporality, DataPointType, InstrumentType } from "@opentelemetry/sdk-metrics";
import { expect, test } from "vitest";
import { CUMULATIVE, DELTA, GAUGE_POINTS, HISTOGRAM_POINTS, INSTRUMENT_KINDS, SUM_POINTS } from "../src/sdk-shapes.ts";

test("the spelled-out values are those of the SDK's enums", () => {
  expect({ DELTA, CUMULATIVE }).toEqual({
    DELTA: AggregationTemporality.DELTA,
    CUMULATIVE: AggregationTemporality.CUMULATIVE,
  });
  expect({ HISTOGRAM_POINTS, GAUGE_POINTS, SUM_POINTS }).toEqual({
    HISTOGRAM_POINTS: DataPointType.HISTOGRAM,
    GAUGE_POINTS: DataPointType.GAUGE,
    SUM_POINTS: DataPointType.SUM,
  });
  expect(new Set(Object.values(INSTRUMENT_KINDS))).toEqual(new Set(Object.values(InstrumentType)));
});
