import { element } from "./element.ts";
import { page } from "./phrases/page-phrases.ts";
import type { Voice } from "./voice.ts";

const IN_CODE = `const vitals = await startTaskVitals({
  redis: "redis://localhost:6379",
  queues: ["bullmq:emails"],
});
const send = vitals.tasks.wrap("send_email", sendEmail);`;
const ON_COMMAND_LINE = `npx @taskvitals/exporter --redis redis://localhost:6379 \\
  --queue celery:celery`;

/** What to do where there is neither a queue nor a task. */
export function emptyNote(voice: Voice): HTMLElement {
  const code = (title: string, text: string): HTMLElement[] => [
    element("h3", { text: title }),
    element("pre", { attributes: { tabindex: "0", "aria-label": title } }, element("code", { text })),
  ];
  return element(
    "section",
    { class: "empty" },
    element("h2", { text: voice.say(page.emptyTitle) }),
    element("p", { text: voice.say(page.emptyNext) }),
    ...code(voice.say(page.emptySdk), IN_CODE),
    ...code(voice.say(page.emptyExporter), ON_COMMAND_LINE),
  );
}
