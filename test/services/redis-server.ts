import { connect } from "node:net";
import { type RunningProcess, startProcess } from "./child-process.ts";
import { freePort } from "./free-port.ts";
import { tempDirectory } from "./temp-directory.ts";

/** What a test may set about its Redis server. */
export interface RedisOptions {
  /** Password that clients must give. Default none. */
  readonly password?: string;
  /** Further arguments of `redis-server`, such as `["--maxmemory", "4mb"]`; they win over ours. */
  readonly args?: readonly string[];
  /** The server to start. Default `redis-server`, the installed one. */
  readonly program?: string;
  /** Port on 127.0.0.1. Default: a free one. */
  readonly port?: number;
}

/** A real `redis-server` on loopback, without persistence unless the arguments ask for it. */
export interface RedisServer extends AsyncDisposable {
  /** `redis://` URL with the password in it, if there is one. */
  readonly url: string;
  readonly host: "127.0.0.1";
  readonly port: number;
  readonly password: string | undefined;
  /** Process id; a new one after `restart`. */
  readonly pid: number;
  /** SIGSTOP: connections stay open and are even accepted, nothing is answered. */
  freeze(): void;
  /** SIGCONT: ends a freeze. */
  resume(): void;
  /** SIGKILL; resolves when the process is gone and its port refuses. */
  kill(): Promise<void>;
  /** Kills it if it runs and starts it again on the same port; resolves when it answers. Empty unless appendonly. */
  restart(): Promise<void>;
  /** Ends it and deletes its directory. Idempotent. */
  stop(): Promise<void>;
}

/** Starts a Redis server of the test's own; resolves when it answers PING. */
export async function startRedis(options: RedisOptions = {}): Promise<RedisServer> {
  const { password } = options;
  const directory = tempDirectory("redis");
  const { port, child: first } = await launch(options, directory.path).catch((error: unknown) => {
    directory.remove();
    throw error;
  });
  let child = first;
  const kill = async (): Promise<void> => {
    child.kill("SIGKILL");
    await child.exited;
  };
  const stop = async (): Promise<void> => {
    await kill();
    directory.remove();
  };
  return {
    url: `redis://${password === undefined ? "" : `:${encodeURIComponent(password)}@`}127.0.0.1:${port}`,
    host: "127.0.0.1",
    port,
    password,
    get pid() {
      return child.pid;
    },
    freeze: () => void child.kill("SIGSTOP"),
    resume: () => void child.kill("SIGCONT"),
    kill,
    async restart() {
      await kill();
      ({ child } = await launch({ ...options, port }, directory.path));
    },
    stop,
    [Symbol.asyncDispose]: stop,
  };
}

async function launch(options: RedisOptions, directory: string): Promise<{ port: number; child: RunningProcess }> {
  // Between asking for a free port and binding it, another process may take it.
  const attempts = options.port === undefined ? 5 : 1;
  for (let attempt = 1; ; attempt++) {
    const port = options.port ?? (await freePort());
    try {
      return { port, child: await launchOn(port, options, directory) };
    } catch (error) {
      if (attempt === attempts || !/Address already in use/.test(String(error))) throw error;
    }
  }
}

function launchOn(port: number, options: RedisOptions, directory: string): Promise<RunningProcess> {
  const { password, program = "redis-server", args = [] } = options;
  return startProcess({
    command: program,
    args: [
      ...["--bind", "127.0.0.1", "--port", String(port), "--dir", directory],
      ...["--save", "", "--appendonly", "no", "--daemonize", "no", "--logfile", ""],
      ...(password === undefined ? [] : ["--requirepass", password, "--masterauth", password]),
      ...args,
    ],
    readyWhen: () => answersPing(port, password),
  });
}

/** True when the server answers PONG; false when it refuses, is still loading, or says nothing for a second. */
function answersPing(port: number, password: string | undefined): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: "127.0.0.1", port });
    let reply = "";
    const finish = (answer: boolean): void => {
      socket.destroy();
      resolve(answer);
    };
    socket.setTimeout(1_000, () => finish(false));
    socket.once("error", () => finish(false));
    socket.once("close", () => finish(false));
    socket.on("data", (chunk) => {
      reply += chunk.toString("latin1");
      if (reply.includes("+PONG\r\n")) finish(true);
      else if (/^-(?!ERR AUTH).*\r\n/m.test(reply)) finish(false);
    });
    socket.write(password === undefined ? "PING\r\n" : `AUTH ${JSON.stringify(password)}\r\nPING\r\n`);
  });
}
