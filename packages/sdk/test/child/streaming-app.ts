import { once } from "node:events";
import { startTaskVitals } from "taskvitals";

// Says where its live page is, and has nothing more to do once it gets SIGUSR2.
const vitals = await startTaskVitals();
const work = setInterval(() => {}, 1000);
const asked = once(process, "SIGUSR2");
process.stdout.write(`page ${vitals.endpoint?.livePageUrl}\n`);
await asked;
clearInterval(work);
