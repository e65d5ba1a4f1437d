import { createServer } from "node:net";

// Below the ports that Linux and macOS give to whoever asks for any: no connection and no server on port 0 takes one of these between
// asking and binding. Their companions, 10 000 higher, are below as well.
const FIRST = 10_240;
const LAST = 22_000;
const ATTEMPTS = 200;

/** What this process has given out, and gives to nobody else. */
const given = new Set<number>();

/** A loopback TCP port that nothing listens on at the moment of asking, and that this process gives out once. */
export function freePort(): Promise<number> {
  return freePortWith([]);
}

/** A free port whose companion, 10 000 higher, is free as well: Redis Cluster's nodes talk to each other there. */
export function freeClusterPort(): Promise<number> {
  return freePortWith([10_000]);
}

async function freePortWith(companions: readonly number[]): Promise<number> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const port = FIRST + Math.floor(Math.random() * (LAST - FIRST));
    const wanted = [port, ...companions.map((distance) => port + distance)];
    if (wanted.some((one) => given.has(one))) continue;
    for (const one of wanted) given.add(one);
    if ((await Promise.all(wanted.map(isFree))).every(Boolean)) return port;
  }
  throw new Error(`No free port on 127.0.0.1 in ${ATTEMPTS} attempts between ${FIRST} and ${LAST}`);
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(false));
    server.listen(port, "127.0.0.1", () => server.close(() => resolve(true)));
  });
}
