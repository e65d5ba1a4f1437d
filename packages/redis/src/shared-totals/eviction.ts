/**
 * What is wrong with how a server makes room when it is full, as `INFO memory` tells; `undefined` when nothing is. The keys of the shared totals never
 * expire: a policy that evicts only what does (`volatile-…`) does not touch them.
 */
export function evictionProblem(memory: string): string | undefined {
  const policy = /^maxmemory_policy:(\S+)/m.exec(memory)?.[1] ?? "";
  const limit = Number(/^maxmemory:(\d+)/m.exec(memory)?.[1] ?? 0);
  if (limit === 0 || !policy.startsWith("allkeys-")) return undefined;
  return (
    `Redis may delete the shared totals when it is full: its maxmemory-policy is ${policy}. ` +
    "Set it to noeviction or to a volatile one, or give the shared totals a Redis of their own."
  );
}
