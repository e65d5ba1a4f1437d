import { clockText } from "./clock-text.ts";
import { element } from "./element.ts";
import type { StatesBody } from "./picture.ts";

/** A band for each row, with its states where they were. */
export function drawStates({ from, to, rows }: StatesBody): HTMLElement {
  const share = (seconds: number): string => `${(seconds / (to - from)) * 100}%`;
  const bands = rows.flatMap(({ name, states }) => [
    element("span", { text: name, title: name }),
    element(
      "div",
      { class: "band" },
      ...states.map((state) =>
        element("div", {
          class: "state",
          text: state.text,
          style: {
            left: share(state.from - from),
            width: share(state.to - state.from),
            background: state.color ?? "#8ab8ff",
          },
        }),
      ),
    ),
  ]);
  const ends = [from, to].map((time) => element("span", { text: clockText(time, to - from) }));
  return element("div", { class: "states" }, ...bands, element("div", { class: "ends" }, ...ends));
}
