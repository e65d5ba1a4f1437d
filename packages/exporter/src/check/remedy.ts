/** What to do about a problem of a reading, by its reason. */
const REMEDIES: Readonly<Record<string, string>> = {
  timeout: "Is the server busy, or far away? Raise readDeadlineMs in the file, at most to what a scrape may take.",
  refused:
    "Is the server running, and are host and port right? Over TLS the URL begins with rediss://, and --redis-ca-file names its authority.",
  wrong_type: "The key holds another type: is it the right layout, and the queue's own name?",
  loading: "Wait until the server has loaded its data.",
  queue_missing: "Check the name, which is the framework's own, without a prefix; or send it a task.",
  key_missing: "Check the counter's key; a worker creates it with its first INCR.",
  error: "See the message; docs/queues.md says what each framework is read with.",
};

/**
 * What to do about a problem.
 *
 * @param address - where the broker is, as it is shown; it tells the number of the database
 * @param layouts - layouts that are read there
 */
export function remedyOf(reason: string, address: string, layouts: readonly string[] = []): string {
  if (reason === "auth") return `${AUTH} ${pagesOf(layouts)}`;
  if (reason === "framework_missing") return frameworkMissing(address);
  return REMEDIES[reason] ?? (REMEDIES.error as string);
}

const AUTH = "Check user and password, and what the server's ACL allows; what is needed is in";

function pagesOf(layouts: readonly string[]): string {
  const pages = [...new Set(layouts)].sort().map((layout) => `docs/queues/${layout}.md`);
  return `${["docs/queues.md", ...pages].join(", ")}.`;
}

function frameworkMissing(address: string): string {
  const rest = "the prefix; or start a worker of the framework once.";
  // A Cluster has one database alone.
  if (address.startsWith("Cluster ")) return `Check ${rest}`;
  const [, number = "0"] = /(?:\/|, database )(\d+)$/.exec(address) ?? [];
  return `Check the number of the database, which is ${number}${number === "0" ? " where the URL says none" : ""}, and ${rest}`;
}
