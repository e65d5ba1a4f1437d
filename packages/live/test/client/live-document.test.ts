import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { liveDocumentModule } from "../../../../scripts/live-document.ts";
import { liveDocument } from "../../src/document.generated.ts";

it("the committed document is what the sources make, the same each time", async () => {
  const committed = readFileSync(new URL("../../src/document.generated.ts", import.meta.url), "utf8");
  expect(await liveDocumentModule()).toBe(committed);
});

it("its policy lets run its own script and style, and nothing else", () => {
  const { contentSecurityPolicy, html } = liveDocument;
  const hashOf = (text = ""): string => `'sha256-${createHash("sha256").update(text).digest("base64")}'`;
  const script = /<script type="module">(.*?)<\/script>/s.exec(html)?.[1];
  const style = /<style>(.*?)<\/style>/s.exec(html)?.[1];
  expect(contentSecurityPolicy.split("; ")).toEqual([
    "default-src 'none'",
    `script-src ${hashOf(script)}`,
    `style-src ${hashOf(style)}`,
    "connect-src 'self'",
    "img-src data:",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ]);
  expect(html).not.toMatch(/ style=| on[a-z]+="/);
});
