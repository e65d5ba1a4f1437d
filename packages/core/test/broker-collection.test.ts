import { expect, test } from "vitest";
import { BrokerCollection } from "../src/broker-collection.ts";
import type { BrokerReading, QueueReader } from "../src/queue-reader.ts";

const EMPTY: BrokerReading = { queues: [], totals: [], health: undefined, unacked: undefined };

/** A reader whose readings end when the test says so. */
function slowReader(): { reader: QueueReader; readings: PromiseWithResolvers<BrokerReading>[] } {
  const readings: PromiseWithResolvers<BrokerReading>[] = [];
  const read = (): Promise<BrokerReading> => {
    const reading = Promise.withResolvers<BrokerReading>();
    readings.push(reading);
    return reading.promise;
  };
  return { readings, reader: { broker: "default", has: () => true, read, shutdown: async () => {} } };
}

test("a reader has one reading at a time, however long it takes and whatever changes meanwhile", async () => {
  let now = 0;
  const { reader, readings } = slowReader();
  const collection = new BrokerCollection({
    readers: () => [reader],
    shareMs: 1000,
    now: () => now,
    onProblem: () => {},
    onReadProblem: () => {},
  });
  const unackedOf = async (results: ReturnType<BrokerCollection["results"]>): Promise<unknown> =>
    (await results)[0]?.reading.unacked;

  const first = collection.results();
  await expect.poll(() => readings.length).toBe(1);
  now = 5000;
  const late = collection.results();
  collection.invalidate();
  const anew = collection.results();
  expect(readings).toHaveLength(1);
  readings[0]?.resolve({ ...EMPTY, unacked: 1 });
  expect(await unackedOf(first)).toBe(1);
  expect(await unackedOf(late)).toBe(1);
  await expect.poll(() => readings.length).toBe(2);
  readings[1]?.resolve({ ...EMPTY, unacked: 2 });
  expect(await unackedOf(anew)).toBe(2);
  expect(await unackedOf(collection.results())).toBe(2);
  now = 6000;
  void collection.results();
  await expect.poll(() => readings.length).toBe(3);
});
