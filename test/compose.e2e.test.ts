import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { parse, stringify } from "yaml";
import { type ComposeService, composeService, mountedFrom, root } from "./compose-project.ts";
import { jobEnded, postJob } from "./finetune-jobs.ts";
import { fetchPage } from "./metrics-page.ts";
import { capture, freePort, type RunningProcess, startProcess, tempDirectory, waitUntil } from "./services/index.ts";
import { activeTargets, instantQuery } from "./services/prometheus-api.ts";
import { prometheusProgram } from "./services/prometheus-server.ts";

type Replacements = Readonly<Record<string, string>>;

/** Replaces each key by its value. What is replaced must be there: otherwise something else is tested than what is shipped. */
function rewritten(texts: readonly string[], replacements: Replacements): string[] {
  const joined = texts.join("\n");
  for (const key of Object.keys(replacements)) expect(joined).toContain(key);
  return texts.map((text) =>
    Object.entries(replacements).reduce((left, [key, value]) => left.replaceAll(key, value), text),
  );
}

/** Starts a service of ours: its own command, its own environment, in the folder that is /app in its image. */
function startPlatform(
  name: string,
  replacements: Replacements,
  added: { readonly env: Replacements; readonly readyWhen: RegExp },
): Promise<RunningProcess> {
  const { command = [], environment = {} } = composeService(name);
  const values = rewritten(Object.values(environment), replacements);
  const env = Object.fromEntries(Object.keys(environment).map((key, index) => [key, values[index]]));
  expect(command[0]).toBe("node");
  return startProcess({
    command: process.execPath,
    args: command.slice(1),
    cwd: root,
    env: { ...env, ...added.env },
    readyWhen: added.readyWhen,
  });
}

/** Runs a service's own health check and returns its exit code. */
async function checkHealth({ healthcheck }: ComposeService, replacements: Replacements): Promise<number> {
  const [how, program, ...args] = healthcheck?.test ?? [];
  expect([how, program]).toEqual(["CMD", "node"]);
  return (await capture(process.execPath, rewritten(args, replacements), { cwd: root })).exitCode;
}

interface ScrapeConfig {
  readonly job_name: string;
  readonly static_configs?: readonly { readonly targets: readonly string[] }[];
  readonly dns_sd_configs?: readonly Readonly<Record<string, unknown>>[];
}

/** The shipped prometheus.yml with the addresses that its host names stand for here. */
function rewritePrometheusConfig(path: string, addresses: Readonly<Record<string, readonly string[]>>): string {
  const config = parse(readFileSync(path, "utf8")) as { rule_files?: string[]; scrape_configs: ScrapeConfig[] };
  const resolve = (target: string): readonly string[] => addresses[target] ?? [`${target} is not known here`];
  return stringify({
    ...config,
    rule_files: config.rule_files?.map((file) => join(path, "..", file)),
    scrape_configs: config.scrape_configs.map(({ dns_sd_configs, ...job }) => ({
      ...job,
      static_configs: [
        ...(job.static_configs ?? []).map(({ targets }) => ({ targets: targets.flatMap(resolve) })),
        // A DNS name of several addresses is what a static target cannot be: one target per replica.
        ...(dns_sd_configs ?? []).map(({ names, type, port }) => {
          expect(type).toBe("A");
          return { targets: (names as string[]).flatMap((name) => resolve(`${name}:${port}`)) };
        }),
      ],
    })),
  });
}

it("every service's own command and environment come up together, each target is up, and a job is counted", async () => {
  await using stack = new AsyncDisposableStack();
  const directory = tempDirectory("compose");
  stack.defer(directory.remove);
  const folder = (name: string): string => {
    mkdirSync(join(directory.path, name));
    return join(directory.path, name);
  };

  const redisPort = await freePort();
  const [redisServer, ...redisArgs] = composeService("redis").command as [string, ...string[]];
  stack.use(
    await startProcess({
      command: redisServer,
      args: [...redisArgs, "--bind", "127.0.0.1", "--port", String(redisPort)],
      cwd: folder("redis"),
      readyWhen: async () => (await capture("redis-cli", ["-p", String(redisPort), "ping"])).stdout === "PONG\n",
    }),
  );
  const redis = { "redis://redis:6379": `redis://127.0.0.1:${redisPort}`, "0.0.0.0": "127.0.0.1" };
  const env = { CHECKPOINT_FILE: join(directory.path, "spam.checkpoint") };

  const apiPort = String(await freePort());
  stack.use(await startPlatform("api", { ...redis, "8000": apiPort }, { env, readyWhen: /API ready/ }));
  const workerPorts: string[] = [];
  for (let replica = 0; replica < (composeService("worker").deploy?.replicas ?? 1); replica++) {
    const port = String(await freePort());
    workerPorts.push(port);
    stack.use(await startPlatform("worker", { ...redis, "9464": port }, { env, readyWhen: /Worker ready/ }));
  }
  expect(workerPorts).toHaveLength(2);
  expect(await checkHealth(composeService("api"), { "8000": apiPort })).toBe(0);
  for (const port of workerPorts) expect(await checkHealth(composeService("worker"), { "9464": port })).toBe(0);
  expect(await checkHealth(composeService("worker"), { "9464": String(await freePort()) })).toBe(1);

  const prometheusAddress = `127.0.0.1:${await freePort()}`;
  const prometheusUrl = `http://${prometheusAddress}`;
  const shipped = mountedFrom(composeService("prometheus"), "/etc/prometheus/prometheus.yml");
  const config = join(directory.path, "prometheus.yml");
  const addresses = {
    "api:8000": [`127.0.0.1:${apiPort}`],
    "worker:9464": workerPorts.map((port) => `127.0.0.1:${port}`),
    "localhost:9090": [prometheusAddress],
  };
  writeFileSync(config, rewritePrometheusConfig(shipped, addresses));
  const paths = { "/etc/prometheus/prometheus.yml": config, "=/prometheus": `=${folder("prometheus")}` };
  stack.use(
    await startProcess({
      // The image is one of Prometheus 3.
      command: prometheusProgram("prometheus", "3"),
      args: [
        ...rewritten(composeService("prometheus").command ?? [], paths),
        `--web.listen-address=${prometheusAddress}`,
      ],
      readyWhen: async () => (await fetch(`${prometheusUrl}/-/ready`)).ok,
    }),
  );

  const expected = Object.values(addresses).flat().sort();
  const targets = await waitUntil(
    async () => {
      const seen = await activeTargets(prometheusUrl);
      return seen.length === expected.length && seen.every(({ health }) => health === "up") && seen;
    },
    { what: "each target to be up", timeoutMs: 90_000 },
  );
  expect(targets.map(({ labels }) => labels.instance).sort()).toEqual(expected);

  const page = await waitUntil(
    async () => {
      const answer = await fetchPage(`http://127.0.0.1:${apiPort}/metrics`);
      return answer.value("task_queue_length", { queue: "train" }) === 0 ? answer : undefined;
    },
    { what: "the length of the queue" },
  );
  expect(page.value("system_memory_usage_gigabytes")).toBeGreaterThan(0);

  const apiUrl = `http://127.0.0.1:${apiPort}`;
  expect(await jobEnded(apiUrl, await postJob(apiUrl, { slice: "slice-07" }))).toMatchObject({ state: "completed" });
  const counted = await waitUntil(
    async () => {
      const [sum] = await instantQuery(prometheusUrl, 'sum(task_success_total{job="worker"})');
      return sum?.value === 1 && instantQuery(prometheusUrl, "task_success_total");
    },
    { what: "the job to be counted", timeoutMs: 90_000, intervalMs: 200 },
  );
  // One series per replica: none of them overwrote the other's.
  expect(counted.map(({ value }) => value).sort()).toEqual([0, 1]);
});
