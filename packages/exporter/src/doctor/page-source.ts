import { contract, isEvidence, parseExposition, type Sample } from "@taskvitals/rules";
import { ask, type HttpTarget } from "./http-target.ts";

/** A line of any metric of the contract. */
const OURS = new RegExp(
  `^(?:# TYPE )?(?:${Object.values(contract)
    .map(({ name }) => name)
    .join("|")})(?![a-zA-Z0-9:])`,
  "m",
);

/** What a process shows now, or in words why it shows nothing. */
export type PageReading = { readonly samples: readonly Sample[] } | { readonly failure: string };

/** A process that shows metrics. */
export interface PageSource {
  /** How it is called in reports. */
  readonly name: string;
  /** Never rejects. */
  read(signal: AbortSignal): Promise<PageReading>;
}

/** Any process that serves the contract in the text format. */
export function httpPage(target: HttpTarget): PageSource {
  return {
    name: target.name,
    async read(signal) {
      const answer = await ask(target, signal);
      if ("failure" in answer) return answer;
      // A wrong URL must not look like a process that has nothing to say: ours shows something from its first page on.
      if (!OURS.test(answer.text)) return { failure: "its answer has no metric of taskvitals; is it the right URL?" };
      return { samples: parseExposition(answer.text, isEvidence) };
    },
  };
}

/** The page of this process, which nobody is served. */
export function ownPage(fetchPage: (request: Request) => Promise<Response>): PageSource {
  return {
    name: "this process",
    async read() {
      const response = await fetchPage(new Request("http://localhost/"));
      if (!response.ok) return { failure: `its own page could not be made (status ${response.status})` };
      return { samples: parseExposition(await response.text(), isEvidence) };
    },
  };
}
