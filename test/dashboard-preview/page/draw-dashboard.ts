// The script of the page: asks its own server for the picture and draws it.
import { clockText } from "./clock-text.ts";
import { drawHeatMap } from "./draw-heat-map.ts";
import { drawLines } from "./draw-lines.ts";
import { drawBars, drawNumbers } from "./draw-numbers.ts";
import { drawStates } from "./draw-states.ts";
import { drawTable } from "./draw-table.ts";
import { element } from "./element.ts";
import type { DashboardPicture, PanelPicture } from "./picture.ts";

/** Of the content of a panel, left and right together. */
const PADDING = 16;

void start();

async function start(): Promise<void> {
  try {
    const response = await fetch("picture.json");
    if (!response.ok) throw new Error(await response.text());
    draw((await response.json()) as DashboardPicture);
    document.body.dataset.state = "drawn";
  } catch (error) {
    document.body.append(element("p", { class: "error", text: String(error) }));
    document.body.dataset.state = "failed";
  }
}

function draw(picture: DashboardPicture): void {
  document.title = `${picture.title} (preview)`;
  const { from, to } = picture;
  const span = to - from;
  const chips = [...picture.choices, `${clockText(from, span)} – ${clockText(to, span)}`, ...picture.links];
  document.body.append(
    element(
      "header",
      {},
      element("h1", { text: picture.title }),
      element("p", { text: picture.description }),
      element("p", {
        class: "notice",
        text: "A preview drawn from the dashboard's file, not Grafana: Grafana shows the same panels and numbers in its own style.",
      }),
      ...chips.map((text) => element("span", { class: "chip", text })),
    ),
  );
  const main = element("main");
  document.body.append(main);
  for (const panel of picture.panels) drawPanel(panel, picture, main);
}

function drawPanel(panel: PanelPicture, span: DashboardPicture, main: HTMLElement): void {
  const { x, y, w, h } = panel.place;
  const section = element(
    "section",
    {
      style: { "grid-column": `${x + 1} / span ${w}`, "grid-row": `${y + 1} / span ${h}` },
    },
    element("h2", { text: panel.title, title: panel.description }),
  );
  section.dataset.panel = panel.title;
  section.dataset.kind = panel.body.kind;
  main.append(section);
  const { body } = panel;
  if (body.kind === "row") return;
  const content = element("div", { class: "content" });
  section.append(content);
  switch (body.kind) {
    case "empty":
      content.append(element("p", { class: "words", text: body.words }));
      break;
    case "error":
      content.append(element("p", { class: "error", text: body.message }));
      break;
    case "numbers":
      content.append(drawNumbers(body));
      break;
    case "bars":
      content.append(...drawBars(body));
      break;
    case "table":
      content.append(drawTable(body, content.clientWidth - PADDING));
      break;
    case "lines":
      drawLines(body, span, content);
      break;
    case "heat-map":
      drawHeatMap(body, span, content);
      break;
    case "states":
      content.append(drawStates(body));
      break;
  }
}
