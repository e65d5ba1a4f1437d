// An application as the tests of the paths see it: configured by the environment alone, it counts the same tasks at every start, reads
// the queues that Redis has, and stays.
import { startTaskVitals } from "taskvitals";

const queue = "mail";
const vitals = await startTaskVitals({ signals: true, queues: ["list:mail", "rq:*"] });
const { tasks } = vitals;
tasks.setConcurrency(4, { queue });
tasks.declare("never_run", { queue });
for (const durationSeconds of [0.004, 0.3, 2, 70]) {
  tasks.record({ task: "send", queue, outcome: "success", durationSeconds, waitSeconds: 0.5 });
}
tasks.record({ task: "send", queue, outcome: "failure", durationSeconds: 1, errorType: "SmtpError" });
tasks.record({ task: "send", queue, outcome: "retry" });
tasks.record({ task: 'quoted "task"\\', queue, outcome: "success", durationSeconds: 7200 });
tasks.stalled({ queue });
tasks.start("send", { queue });
process.stdout.write(`ready at ${vitals.endpoint?.url}\n`);
// Taskvitals holds no process.
setInterval(() => {}, 60_000);
