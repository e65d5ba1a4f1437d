import type { BrokerRow } from "../src/live-state.ts";
import { nextStep } from "./answers.ts";
import { element } from "./element.ts";
import { brokerFinding } from "./findings.ts";
import { words } from "./phrases/word-phrases.ts";
import { brokerMark } from "./verdict-mark.ts";
import { visibleName } from "./visible-name.ts";
import type { Voice } from "./voice.ts";

/** The brokers, each with its verdict, its ping and its memory. */
export function brokerItems(brokers: readonly BrokerRow[], voice: Voice): readonly Node[] {
  return brokers.map((row) => {
    const { because, next } = brokerFinding(row, voice);
    const facts = row.verdict === "healthy" ? factsOf(row, voice) : [];
    const why = row.verdict === "healthy" ? [] : [element("p", {}, element("bdi", { text: visibleName(because) }))];
    return element(
      "li",
      { class: "broker" },
      element("bdi", { class: "name", text: visibleName(row.broker) }),
      brokerMark(row.verdict, voice),
      ...facts,
      ...why,
      ...nextStep(next, row.alert, voice),
    );
  });
}

function factsOf(
  { memoryBytes, memoryLimitBytes, pingSeconds, unacked }: BrokerRow,
  voice: Voice,
): readonly HTMLElement[] {
  const { numbers } = voice;
  const fact = (name: string, value: string): HTMLElement =>
    element("span", { class: "fact", text: `${name} ${value}` });
  return [
    ...(pingSeconds === undefined ? [] : [fact(voice.say(words.ping), numbers.duration(pingSeconds))]),
    ...(memoryBytes === undefined
      ? []
      : [
          fact(
            voice.say(words.memory),
            numbers.bytes(memoryBytes) +
              (memoryLimitBytes === undefined ? "" : ` / ${numbers.bytes(memoryLimitBytes)}`),
          ),
        ]),
    ...(unacked === undefined ? [] : [fact(voice.say(words.unacked), numbers.count(unacked))]),
  ];
}
