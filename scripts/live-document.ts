import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { rolldown } from "rolldown";

const client = new URL("../packages/live/client/", import.meta.url);
const packages = fileURLToPath(new URL("../packages", import.meta.url));

/** Largest size of the document, compressed with gzip, in bytes. */
export const MAX_DOCUMENT_BYTES = 60_000;

/** The text of `packages/live/src/document.generated.ts`: the live page in one document, and the policy under which its script and style run. */
export async function liveDocumentModule(): Promise<string> {
  const script = await bundle();
  const style = minifiedStyle(
    readFileSync(new URL(import.meta.resolve("uplot/dist/uPlot.min.css")), "utf8") +
      readFileSync(new URL("page.css", client), "utf8"),
  );
  // Functions, because `$` means something in a replacement text.
  const html = readFileSync(new URL("page.html", client), "utf8")
    .replace("data:,", () => icon())
    .replace("<style></style>", () => `<style>${style}</style>`)
    .replace('<script type="module"></script>', () => `<script type="module">${script}</script>`)
    .replaceAll("\r\n", "\n");
  const policy = [
    "default-src 'none'",
    `script-src '${hashOf(script)}'`,
    `style-src '${hashOf(style)}'`,
    "connect-src 'self'",
    "img-src data:",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ].join("; ");
  return [
    "// Generated from packages/live/client by `npm run generate`.",
    'import type { LiveDocument } from "./live-document.ts";',
    "",
    "/** The page at `/`, whole. */",
    "export const liveDocument: LiveDocument = {",
    `  html: ${JSON.stringify(html)},`,
    `  contentSecurityPolicy: ${JSON.stringify(policy)},`,
    "};",
    "",
  ].join("\n");
}

async function bundle(): Promise<string> {
  const build = await rolldown({
    input: fileURLToPath(new URL("main.ts", client)),
    cwd: fileURLToPath(client),
    platform: "browser",
    tsconfig: false,
    // What needs Node.js is left out with whatever imports it; that nothing of it stays is checked below.
    external: /^node:/,
    // The sources, so that nothing has to be built first.
    resolve: {
      alias: {
        "@taskvitals/core": `${packages}/core/src/index.ts`,
        "@taskvitals/rules": `${packages}/rules/src/index.ts`,
      },
    },
    onLog: (level, log, handle) => {
      if (level === "warn") throw new Error(log.message);
      handle(level, log);
    },
  });
  const { output } = await build.generate({ format: "es", minify: true, comments: { legal: false } });
  await build.close();
  const [chunk, ...more] = output;
  if (chunk.imports.length > 0) throw new Error(`The script of the live page imports ${chunk.imports.join(", ")}`);
  if (more.length > 0) throw new Error("The script of the live page is more than one file");
  if (/<\/script|<!--/i.test(chunk.code)) throw new Error("The script of the live page would end its own element");
  return chunk.code.trim();
}

function minifiedStyle(css: string): string {
  return css
    .replace(/\/\*.*?\*\//gs, "")
    .replace(/\s+/g, " ")
    .replace(/ ?([{};,>]) ?/g, "$1")
    .replace(/: /g, ":")
    .replaceAll(";}", "}")
    .trim();
}

function hashOf(text: string): string {
  return `sha256-${createHash("sha256").update(text).digest("base64")}`;
}

/** A pulse on a dark ground. */
function icon(): string {
  const svg =
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="7" fill="#0b5cad"/><path d="M4 17h6l3-8 5 15 4-10 2 3h4" fill="none" stroke="#fff" stroke-width="2.5"/></svg>';
  return `data:image/svg+xml,${encodeURIComponent(svg)}`;
}
