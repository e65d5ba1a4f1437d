import { expect } from "vitest";
import { type RunningProcess, waitUntil } from "../../../../../test/services/index.ts";
import { startChild } from "../../child/start-child.ts";
import { ask } from "../../endpoint/http-client.ts";
import { type MetricsPage, parsePage } from "../../metrics-page.ts";

/** A process or thread, and what it starts. */
export interface Branch {
  /** Tells it from the others. */
  readonly name: string;
  /** Tasks that it counts at its start. Default 0. */
  readonly tasks?: number;
  /** Whether it starts taskvitals. Default true. */
  readonly vitals?: boolean;
  /** Processes that it forks. */
  readonly forks?: readonly Branch[];
  /** Processes that it forks with `node:cluster`. */
  readonly workers?: readonly Branch[];
  readonly threads?: readonly Branch[];
  /** Stops itself with SIGSTOP once it has started the others. */
  readonly freezes?: boolean;
  /** Has nothing left to do once it is up: by itself, or after a shutdown. Default: goes on until it is killed. */
  readonly ends?: "by itself" | "in order";
}

/** One process or thread that is up. */
export interface TreeNode {
  readonly pid: number;
  readonly url: string;
  /** Its page of the shared totals; `undefined` while there is none. */
  shared(): Promise<MetricsPage | undefined>;
  /** Why there is no page of the shared totals. */
  reason(): Promise<string>;
}

/** All processes and threads of a platform on one machine. */
export interface ProcessTree {
  readonly root: RunningProcess;
  /** The one of this name, once it is up. */
  node(name: string): Promise<TreeNode>;
  /** Waits for a line that fits. */
  said(line: RegExp): Promise<void>;
}

/** Starts the first process, and with it all the others; killed with the test at the latest. */
export async function startTree(branch: Branch): Promise<ProcessTree> {
  const root = await startChild("../shared-totals/machine/child/platform-process.ts", {
    env: { TEST_BRANCH: JSON.stringify(branch) },
  });
  const said = (line: RegExp): Promise<RegExpExecArray> => {
    const found = (): RegExpExecArray | undefined => line.exec(root.output()) ?? undefined;
    return waitUntil(found, { what: `${line} in:\n${root.output()}`, timeoutMs: 60_000 });
  };
  return {
    root,
    said: async (line) => void (await said(line)),
    node: async (name) => {
      const [, pid, url = ""] = await said(new RegExp(`^up ${name} (\\d+) (\\S+)$`, "m"));
      const answer = (): ReturnType<typeof ask> => ask(`${url}/shared`);
      return {
        pid: Number(pid),
        url,
        shared: async () => {
          const { status, text } = await answer();
          return status === 200 ? parsePage(text) : undefined;
        },
        reason: async () => {
          const { status, text } = await answer();
          expect({ status, text }).toMatchObject({ status: 503 });
          return text;
        },
      };
    },
  };
}
