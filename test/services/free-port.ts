import { createServer } from "node:net";

/** A loopback TCP port that nothing listens on at the moment of asking. */
export async function freePort(): Promise<number> {
  const port = await probe(0);
  if (port === undefined) throw new Error("The system gave no free port on 127.0.0.1");
  return port;
}

/** A free port whose companion, 10 000 higher, is free as well: Redis Cluster's nodes talk to each other there. */
export async function freeClusterPort(): Promise<number> {
  for (let attempt = 0; attempt < 100; attempt++) {
    const port = await freePort();
    if (port + 10_000 <= 65_535 && (await probe(port + 10_000)) !== undefined) return port;
  }
  throw new Error("No free pair of ports (p, p + 10000) on 127.0.0.1 in 100 attempts");
}

function probe(port: number): Promise<number | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(undefined));
    server.listen(port, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address !== null ? address.port : undefined));
    });
  });
}
