import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { type ClientRequest, get } from "node:http";
import { fileURLToPath } from "node:url";
import type { Question } from "./vitals-process.ts";

/** A process of ours that is measured from outside. */
export interface MeasuredProcess extends AsyncDisposable {
  /** Asks it; one question at a time. */
  ask(question: Question): Promise<number>;
  /** Opens streams of its live page; they are read to their end. */
  look(streams: number): Promise<void>;
}

/** Starts one that reads so many queues, with or without the live page. */
export async function startMeasured(redisUrl: string, queues: number, page: "on" | "off"): Promise<MeasuredProcess> {
  const script = fileURLToPath(new URL("./vitals-process.ts", import.meta.url));
  const child = fork(script, [redisUrl, String(queues), page], { stdio: ["ignore", "ignore", "inherit", "ipc"] });
  const port = await answerOf(child);
  const streams: ClientRequest[] = [];
  return {
    ask: (question) => {
      child.send(question);
      return answerOf(child);
    },
    look: async (count) => {
      while (streams.length < count) {
        const stream = get({ host: "127.0.0.1", port, path: "/live/events" }, (incoming) => incoming.resume());
        stream.on("error", () => {});
        await once(stream, "response");
        streams.push(stream);
      }
    },
    [Symbol.asyncDispose]: async () => {
      for (const stream of streams) stream.destroy();
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill("SIGKILL");
      await once(child, "exit");
    },
  };
}

async function answerOf(child: ChildProcess): Promise<number> {
  const stop = new AbortController();
  const { signal } = stop;
  try {
    const answered = once(child, "message", { signal });
    const gone = once(child, "exit", { signal }).then(() => ["gone"]);
    // The one that loses is taken back.
    gone.catch(() => {});
    answered.catch(() => {});
    const [answer] = (await Promise.race([answered, gone])) as [unknown];
    if (typeof answer !== "number") throw new Error("a measured process ended before it answered");
    return answer;
  } finally {
    stop.abort();
  }
}
