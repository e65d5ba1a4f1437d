import { parseArgs } from "node:util";
import type { PreviewOptions } from "./preview-server.ts";
import { readDuration } from "./time-range.ts";

export const usage = `npm run preview -- --prometheus http://127.0.0.1:9090 [options]

  --dashboard <file>        dashboard to draw; default grafana/operations.json
  --from, --to <time>       now, now-30m, Unix seconds or ISO 8601; default: the dashboard's own
  --var <name>=<value>      value of a variable, again for more; default: All
  --scrape-interval <time>  as Prometheus has it, such as 15s, the default
  --screenshot <file.png>   takes a picture at 1280 pixels and ends; without it, the page is served until Ctrl-C
`;

/** What the command line asks for. */
export interface PreviewArguments {
  readonly preview: PreviewOptions;
  readonly screenshot?: string | undefined;
}

/** Reads the command line. @throws Error that says what is wrong with it */
export function readPreviewArguments(args: readonly string[]): PreviewArguments {
  const { values } = parseArgs({
    args: [...args],
    options: {
      prometheus: { type: "string" },
      dashboard: { type: "string", default: "grafana/operations.json" },
      from: { type: "string" },
      to: { type: "string" },
      var: { type: "string", multiple: true, default: [] },
      "scrape-interval": { type: "string", default: "15s" },
      screenshot: { type: "string" },
    },
  });
  return {
    preview: {
      dashboard: values.dashboard,
      prometheus: readPrometheusUrl(values.prometheus),
      from: values.from,
      to: values.to,
      choices: readChoices(values.var),
      scrapeSeconds: readDuration(values["scrape-interval"]),
    },
    screenshot: values.screenshot,
  };
}

function readPrometheusUrl(text: string | undefined): string {
  if (text === undefined) throw new Error("--prometheus is missing: the URL of the Prometheus that has the data");
  if (!URL.canParse(text)) throw new Error("--prometheus is no URL; write it as http://127.0.0.1:9090");
  const { protocol, username, password } = new URL(text);
  if (!/^https?:$/.test(protocol) || username !== "" || password !== "") {
    throw new Error("--prometheus must begin with http:// or https:// and carry no user or password");
  }
  return text.replace(/\/+$/, "");
}

function readChoices(pairs: readonly string[]): Record<string, string[]> {
  const choices: Record<string, string[]> = {};
  for (const pair of pairs) {
    const [, name, value] = /^(\w+)=(.*)$/s.exec(pair) ?? [];
    if (name === undefined || value === undefined) throw new Error(`--var ${pair}: write it as name=value`);
    choices[name] = [...(choices[name] ?? []), value];
  }
  return choices;
}
