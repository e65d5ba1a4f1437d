import { contract } from "@taskvitals/core";
import { selector } from "../selector.ts";

/** The one series that every process with taskvitals shows from its first page on, whatever it counts. */
export function watchedTargets(): string {
  return selector(contract.seriesOverflow, "", `instrument="${contract.queueLength.name}"`);
}
