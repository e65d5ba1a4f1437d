import { expect, it } from "vitest";
import { observeBroker } from "../../src/observation/observe-broker.ts";
import { WatchHistory } from "../../src/observation/watch-history.ts";
import { pageOf } from "./page-of.ts";

function watched(...pings: readonly (number | undefined)[]): WatchHistory["looks"] {
  const history = new WatchHistory(100);
  for (const [index, ping] of pings.entries()) {
    const answer = ping === undefined ? [] : [`task_broker_ping_seconds{broker="b"} ${ping}`];
    history.add(
      index,
      new Map([["page", pageOf(`task_broker_up{broker="b"} ${ping === undefined ? 0 : 1}`, ...answer)]]),
    );
  }
  return history.looks;
}

it("takes the median of the pings: one slow answer is no slow broker", () => {
  expect(observeBroker("b", watched(0.001, 0.9, 0.002))).toMatchObject({ up: true, pingSeconds: 0.002 });
});

it("is away when it did not answer three times, and says why where that is known", () => {
  expect(observeBroker("b", watched(0.001, undefined, undefined), "ECONNRESET")).toMatchObject({ up: true });
  expect(observeBroker("b", watched(0.001, undefined, undefined, undefined), "ECONNRESET")).toMatchObject({
    ...{ up: false, unreachable: "ECONNRESET" },
  });
});

it("knows nothing of a broker that nobody mentions", () => {
  expect(observeBroker("other", watched(0.001)).up).toBeUndefined();
});
