import { once } from "node:events";
import { startEndpoint } from "../../../src/endpoint/endpoint-server.ts";

// Opens an endpoint whose collections hang, waits for its standard input to end, then does what it was told to do last.
const endpoint = await startEndpoint(
  { port: 0 },
  {
    collectPage: () => new Promise(() => undefined),
    warn: () => undefined,
    onError: () => undefined,
  },
);
process.send?.(endpoint?.port);
process.stdin.resume();
await once(process.stdin, "end");
process.disconnect?.();
if (process.argv[2] === "close") {
  await endpoint?.close();
  process.stdout.write("closed\n");
}
