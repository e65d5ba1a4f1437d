/** What to do about a problem of a reading, by its reason. */
const REMEDIES: Readonly<Record<string, string>> = {
  timeout: "Is the server busy, or far away? Raise readDeadlineMs in the file, at most to what a scrape may take.",
  refused:
    "Is the server running, and are host and port right? Over TLS the URL begins with rediss://, and --redis-ca-file names its authority.",
  auth: "Check user and password, and what the server's ACL allows; docs/queues.md lists the commands of each framework.",
  wrong_type: "The key holds another type: is it the right layout, and the queue's own name?",
  loading: "Wait until the server has loaded its data.",
  framework_missing:
    "Check the number of the database in the URL (/1), and the prefix; or start a worker of the framework once.",
  queue_missing: "Check the name, which is the framework's own, without a prefix; or send it a task.",
  key_missing: "Check the counter's key; a worker creates it with its first INCR.",
  error: "See the message; docs/queues.md says what each framework is read with.",
};

/** What to do about a problem. */
export function remedyOf(reason: string): string {
  return REMEDIES[reason] ?? (REMEDIES.error as string);
}
