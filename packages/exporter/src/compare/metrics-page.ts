import { parseExposition, type Sample } from "@taskvitals/rules";
import { ask, type HttpTarget } from "../doctor/http-target.ts";
import { dialects } from "./dialects/dialects.ts";

/** The samples of a page that some dialect reads, or in words why there are none and what to do. */
export type PageOfMetrics = { readonly samples: readonly Sample[] } | { readonly failure: string };

const READ: ReadonlySet<string> = new Set(dialects.flatMap(({ metrics }) => metrics));

/** What to do about a failure that `ask` has words for. */
const REMEDIES: readonly (readonly [RegExp, string])[] = [
  [/refuses the login/, "give user and password in the URL, or a token with --token-file or --with-token-file"],
  [/status 404/, "is the path right? Most exporters have /metrics"],
  [/ECONNREFUSED/, "does it run, and is the port right?"],
  [/ENOTFOUND|EAI_AGAIN/, "there is no such host; is the name right, and known from here?"],
  [/UND_ERR_SOCKET|HPE_INVALID|ECONNRESET/, "does it speak HTTP there, or HTTPS?"],
  [/WRONG_VERSION_NUMBER|PACKET_LENGTH/, "it does not speak TLS there; does its URL begin with http://?"],
  [/CERT|SELF_SIGNED|UNABLE_TO_VERIFY/, "name the authority of its certificate in NODE_EXTRA_CA_CERTS"],
  [/no answer within/, "is it up, and is nothing between that swallows packets?"],
];

/** Reads a page. Never rejects; tells no credential. */
export async function readPage(target: HttpTarget, signal: AbortSignal): Promise<PageOfMetrics> {
  const answer = await ask(target, signal);
  if ("failure" in answer) {
    const remedy = REMEDIES.find(([pattern]) => pattern.test(answer.failure))?.[1];
    return { failure: remedy === undefined ? answer.failure : `${answer.failure}; ${remedy}` };
  }
  if (/^\s*<(?:!doctype|html|\?xml)/i.test(answer.text)) {
    return { failure: "its answer is a web page, not metrics; is the path right? Most exporters have /metrics" };
  }
  return { samples: parseExposition(answer.text, (name) => READ.has(name)) };
}
