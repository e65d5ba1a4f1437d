import { vitals } from "taskvitals/register";

// Counts TEST_TASKS tasks, scrapes its own page, and says what there was. Ends by itself.
const running = await vitals;
if (running === undefined) {
  process.stdout.write("no vitals\n");
} else {
  for (let index = 0; index < Number(process.env.TEST_TASKS ?? 0); index++) {
    running.tasks.record({ task: "train", queue: "gpu", outcome: "success" });
  }
  const { endpoint } = running;
  const page = endpoint === undefined ? "no endpoint" : await (await fetch(endpoint.url)).text();
  process.stdout.write(
    `${page
      .split("\n")
      .filter((line) => !line.startsWith("#"))
      .join("\n")}\n`,
  );
}
process.stdout.write("done\n");
