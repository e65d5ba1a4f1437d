import { startEndpoint } from "../../../src/endpoint/endpoint-server.ts";

// Reports how starting an endpoint on the port it is told ends, as a worker of node:cluster.
const outcome = await startEndpoint(
  { port: Number(process.env.TEST_PORT) },
  { collectPage: async () => "", warn: () => undefined, onError: () => undefined },
).then(
  () => "listening",
  (error: { code?: string }) => error.code,
);
process.send?.(outcome);
