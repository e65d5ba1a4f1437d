import { expect, test } from "vitest";
import { type Branch, startTree, type TreeNode } from "./process-tree.ts";

const TASK = { task: "train", queue: "_UNKNOWN" };
const POLL = { timeout: 30_000, interval: 100 };

const total = (node: TreeNode) => async (): Promise<number | undefined> =>
  (await node.shared())?.value("task_success_total", TASK);
const processes = (node: TreeNode) => async (): Promise<number | undefined> =>
  (await node.shared())?.value("taskvitals_processes");

const PLATFORM: Branch = {
  name: "first",
  tasks: 1,
  forks: [{ name: "fork", tasks: 10, threads: [{ name: "thread-of-fork", tasks: 100 }] }],
  workers: [
    { name: "worker", tasks: 1000, forks: [{ name: "fork-of-worker", tasks: 10_000 }] },
    { name: "other-worker" },
  ],
  threads: [{ name: "thread", tasks: 100_000 }],
};
const NAMES = ["first", "fork", "thread-of-fork", "worker", "fork-of-worker", "other-worker", "thread"];

test("cluster workers, forks and threads, of each other as well, show the same page, and a killed one stays in it", async () => {
  const { root, node } = await startTree(PLATFORM);
  const nodes = await Promise.all(NAMES.map((name) => node(name)));
  const [first, fork, threadOfFork] = nodes as [TreeNode, TreeNode, TreeNode];
  await expect.poll(processes(first), POLL).toBe(NAMES.length);
  await expect.poll(async () => Promise.all(nodes.map((one) => total(one)())), POLL).toEqual(nodes.map(() => 111_111));
  const pages = async (): Promise<ReadonlySet<string | undefined>> =>
    new Set(await Promise.all(nodes.map(async (one) => (await one.shared())?.text)));
  await expect
    .poll(async () => [...(await pages())], POLL)
    .toEqual([expect.stringMatching(/^task_duration_seconds_count\{.*\} 111111$/m)]);

  // What the application sends reaches the application, even what was sent before it listened, and nothing else does.
  const below = NAMES.filter((name) => name !== "first");
  const heard = (): string[] => [...root.output().matchAll(/^heard \S+ from (\S+)$/gm)].map(([, from]) => String(from));
  await expect.poll(() => heard().sort(), POLL).toEqual([...below, ...below.map(() => "above")].sort());

  // A thread of it goes with it. Nobody has to wait until they are missed: their channel is closed.
  expect(threadOfFork.pid).toBe(fork.pid);
  process.kill(fork.pid, "SIGKILL");
  const left = nodes.filter(({ pid }) => pid !== fork.pid);
  for (const one of left) await expect.poll(processes(one), POLL).toBe(NAMES.length - 2);
  for (const one of left) await expect.poll(total(one), POLL).toBe(111_111);
  expect(root.output()).not.toContain("foreign");
});

test("whoever ends leaves all that it counted, and nothing keeps a process or thread alive that has nothing left to do", async () => {
  const ending = (ends: "by itself" | "in order"): readonly Branch[] => [
    { name: ends.replaceAll(" ", "-"), tasks: 1, ends },
  ];
  const both = [...ending("by itself"), ...ending("in order")];
  const named = (kind: string): readonly Branch[] =>
    both.map((branch) => ({ ...branch, name: `${kind}-${branch.name}` }));
  const { node, said } = await startTree({
    name: "first",
    forks: named("fork"),
    workers: named("worker"),
    threads: named("thread"),
  });
  const first = await node("first");
  for (const kind of ["fork", "worker", "thread"]) {
    for (const ends of ["by-itself", "in-order"]) await said(new RegExp(`^ended ${kind}-${ends} 0$`, "m"));
  }
  await expect.poll(total(first), POLL).toBe(6);
  await expect.poll(processes(first), POLL).toBe(1);
});

test("a process whose application closes the channel goes on, and says that it has no totals any more", async () => {
  const { node, said, root } = await startTree({ name: "first", tasks: 1, forks: [{ name: "fork", tasks: 10 }] });
  const [first, fork] = await Promise.all([node("first"), node("fork")]);
  await expect.poll(total(fork), POLL).toBe(11);
  process.kill(fork.pid, "SIGUSR1");
  await expect.poll(async () => fork.reason(), POLL).toContain("the channel to it is closed");
  await said(/^taskvitals: What this process has counted could not be written/m);
  await expect.poll(total(first), POLL).toBe(11);
  await expect.poll(processes(first), POLL).toBe(1);
  process.kill(fork.pid, "SIGTERM");
  await said(/^ended fork 0$/m);
  expect(root.output()).not.toContain("foreign");
});

test("while the first process is frozen the totals are absent, are counted on, and are whole when it wakes", async () => {
  const { node } = await startTree({
    name: "first",
    tasks: 1,
    forks: [{ name: "fork", threads: [{ name: "thread", tasks: 10 }] }],
  });
  const [first, fork, thread] = await Promise.all([node("first"), node("fork"), node("thread")]);
  await expect.poll(total(thread), POLL).toBe(11);
  process.kill(first.pid, "SIGSTOP");
  expect(await fork.reason()).toContain("did not answer in time");
  process.kill(fork.pid, "SIGUSR2");
  expect(await thread.reason()).toMatch(/did not answer/);
  process.kill(first.pid, "SIGCONT");
  for (const one of [first, fork, thread]) await expect.poll(total(one), POLL).toBe(12);
});

test("cluster workers whose primary does not share are without totals, and say what to do", async () => {
  const { node, said } = await startTree({ name: "first", vitals: false, workers: [{ name: "worker", tasks: 1 }] });
  const worker = await node("worker");
  expect(await worker.reason()).toContain('It has to start taskvitals with sharedTotals: { store: "machine" }');
  await said(/^taskvitals: .*The process that started this one did not answer\. It has to start taskvitals/m);
});

test("a fork of something that does not share is the first of its platform, and says so", async () => {
  const { node, said } = await startTree({
    ...{ name: "watcher", vitals: false },
    forks: [{ name: "first", tasks: 1, workers: [{ name: "worker", tasks: 10 }] }],
  });
  for (const one of await Promise.all([node("first"), node("worker")])) await expect.poll(total(one), POLL).toBe(11);
  await said(/^taskvitals: The process that started this one did not answer: it is not a part of this platform/m);
});

test("a fork that took itself for the first, because the first was busy, joins it", async () => {
  const { root, node, said } = await startTree({
    ...{ name: "first", tasks: 1, freezes: true },
    forks: [{ name: "fork", tasks: 10, threads: [{ name: "thread", tasks: 100 }] }],
  });
  const [fork, thread] = await Promise.all([node("fork"), node("thread")]);
  await expect.poll(total(thread), POLL).toBe(110);
  await said(/^taskvitals: The process that started this one did not answer/m);
  process.kill(root.pid, "SIGCONT");
  for (const one of [await node("first"), fork, thread]) await expect.poll(total(one), POLL).toBe(111);
});
