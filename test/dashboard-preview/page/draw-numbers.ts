import { colorStyle, element } from "./element.ts";
import type { BarsBody, NumbersBody } from "./picture.ts";

/** Large numbers side by side, with a name where there are several. */
export function drawNumbers({ numbers }: NumbersBody): HTMLElement {
  const each = numbers.map(({ name, value }) =>
    element(
      "div",
      {},
      element("span", { text: name }),
      element("strong", { text: value.text, style: colorStyle(value.color) }),
    ),
  );
  return element("div", { class: "numbers" }, ...each);
}

/** Bars below each other, each under its name and value. */
export function drawBars({ bars }: BarsBody): HTMLElement[] {
  return bars.map(({ name, value, share }) => {
    const line = element(
      "div",
      { class: "line" },
      element("span", { class: "name", text: name, title: name }),
      element("span", { text: value.text, style: colorStyle(value.color) }),
    );
    const fill = element("div", {
      class: "fill",
      style: { width: `${share * 100}%`, background: value.color ?? "#5794f2" },
    });
    return element("div", { class: "bar" }, line, element("div", { class: "track" }, fill));
  });
}
