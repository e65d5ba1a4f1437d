import { connect } from "node:net";
import { describe, expect, it, onTestFinished } from "vitest";
import { capture, type ProcessOptions, type RunningProcess, startProcess, waitUntil } from "./index.ts";

const node = (script: string): Pick<ProcessOptions, "command" | "args"> => ({
  command: process.execPath,
  args: ["-e", script],
});

async function started(options: ProcessOptions): Promise<RunningProcess> {
  const child = await startProcess(options);
  onTestFinished(async () => void (await child.stop()));
  return child;
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: "127.0.0.1", port });
    socket.once("connect", () => resolve(true)).once("error", () => resolve(false));
    socket.once("connect", () => socket.destroy());
  });
}

describe("startProcess", () => {
  it("waits for the line that says it is ready, and keeps both outputs", async () => {
    const child = await started({
      ...node("console.error('warming up'); console.log('port 1'); setInterval(() => {}, 1000)"),
      readyWhen: /port \d/,
    });
    await waitUntil(() => child.output().includes("warming up"), { what: "stderr" });
    expect(child.output()).toContain("port 1\n");
    child.kill("SIGTERM");
    expect(await child.exited).toEqual({ code: null, signal: "SIGTERM" });
  });

  it("takes a program for ready that says so and ends before anybody looks", async () => {
    const child = await started({ ...node("console.log('ready')"), readyWhen: /ready/ });
    expect(await child.exited).toEqual({ code: 0, signal: null });
  });

  it("fails with the output when the program ends too early, cannot start, or is never ready", async () => {
    const early = startProcess({ ...node("console.log('no licence'); process.exit(3)"), readyWhen: /ready/ });
    await expect(early).rejects.toThrow(/ended \(exit code 3\) before it was ready\nIts output:\nno licence/);
    await expect(startProcess({ command: "no-such-program" })).rejects.toThrow(
      "`no-such-program` could not be started",
    );
    const never = startProcess({
      ...node("setInterval(() => {}, 1000)"),
      readyWhen: async () => false,
      timeoutMs: 200,
    });
    await expect(never).rejects.toThrow("Timed out after 200 ms waiting for");
  });

  it("passes the environment, without what is set to undefined", async () => {
    const child = await startProcess({
      ...node("console.log(process.env.ADDED, process.env.HOME)"),
      env: { ADDED: "yes", HOME: undefined },
    });
    expect(await child.exited).toEqual({ code: 0, signal: null });
    expect(child.output()).toBe("yes undefined\n");
  });

  it("leaves no grandchild behind when the process that started it is killed outright", async () => {
    const harness = new URL("./index.ts", import.meta.url).href;
    const listen =
      "const s = require('node:net').createServer().listen(0, () => console.log('port', s.address().port))";
    const parent = await started({
      ...node(`
        const { startProcess } = await import(${JSON.stringify(harness)});
        const shell = ["-c", '"$0" -e "$1" & wait', process.execPath, ${JSON.stringify(listen)}];
        const child = await startProcess({ command: "sh", args: shell, readyWhen: /port \\d+\\n/ });
        console.log(child.output());
        setInterval(() => {}, 1000);
      `),
      readyWhen: /port \d+\n/,
    });
    const port = Number(/port (\d+)/.exec(parent.output())?.[1]);
    expect(await accepts(port)).toBe(true);
    parent.kill("SIGKILL");
    await parent.exited;
    await waitUntil(async () => !(await accepts(port)), { what: "the orphan to be gone" });
  });

  it("does not keep a finished program alive", async () => {
    const harness = new URL("./index.ts", import.meta.url).href;
    const script = `
      const { startProcess } = await import(${JSON.stringify(harness)});
      const child = await startProcess({ command: "sleep", args: ["1000"] });
      await child.stop();
    `;
    expect(await capture(process.execPath, ["-e", script], { timeoutMs: 30_000 })).toMatchObject({ exitCode: 0 });
  });
});
