/** What the page says of each task, as a table; of each queue, how many wait. */
export async function readTotals(url: string): Promise<string> {
  const page = await (await fetch(url, { signal: AbortSignal.timeout(5000) })).text();
  const tasks = new Map<string, Record<string, number>>();
  const queues: string[] = [];
  for (const line of page.split("\n")) {
    const [, name = "", labels = "", value = ""] = /^(\w+)\{(.*)\} (\S+)$/.exec(line) ?? [];
    const label = (key: string): string => new RegExp(`\\b${key}="([^"]*)"`).exec(labels)?.[1] ?? "";
    if (name === "task_queue_length") queues.push(`${label("queue")} ${value}`);
    const column = /^task_(success|failure|retry)_total$/.exec(name)?.[1];
    if (column === undefined) continue;
    const row = tasks.get(label("task")) ?? {};
    row[column] = (row[column] ?? 0) + Number(value);
    tasks.set(label("task"), row);
  }
  const cell = (value: string | number): string => String(value).padStart(9);
  const rows = [...tasks].sort().map(([task, { success = 0, failure = 0, retry = 0 }]) => {
    return `  ${task.padEnd(14)}${cell(success)}${cell(failure)}${cell(retry)}`;
  });
  const head = `  ${"task".padEnd(14)}${cell("success")}${cell("failure")}${cell("retry")}`;
  return [head, ...rows, `  waiting: ${queues.join(", ")}`, ""].join("\n");
}
