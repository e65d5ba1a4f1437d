import { describe, expect, it } from "vitest";
import { brokenLinks } from "../architecture/page-anchors.ts";
import { documentationPages, examplePages, type Page } from "./pages.ts";

/** Where links and pictures of a page lead, those in code left out. */
function targetsOf({ text }: Page): readonly string[] {
  const prose = text.replace(/^ *```.*?^ *```/gms, "").replace(/`[^`\n]*`/g, "");
  return [...prose.matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = ""]) => target);
}

const pages = [...documentationPages(), ...examplePages()];

describe.each(pages.map((page) => [page.path, page] as const))("the links of %s", (path, page) => {
  it("lead to files and headings that are there", () => {
    expect(brokenLinks(path)).toEqual([]);
  });

  it("to other sites are whole and encrypted URLs", () => {
    for (const target of targetsOf(page).filter((link) => /^[a-z]+:/.test(link) || link.startsWith("//"))) {
      expect(target).toMatch(/^https:\/\/[a-z0-9-]+(\.[a-z0-9-]+)+(\/\S*)?$/);
    }
  });
});

it("every page of docs is reached from the README", () => {
  const reached = new Set<string>();
  const follow = (path: string): void => {
    if (reached.has(path)) return;
    reached.add(path);
    const page = pages.find((other) => other.path === path);
    if (page === undefined) return;
    for (const target of targetsOf(page)) {
      if (!/^[a-z]+:/.test(target)) follow(new URL(target, `file:///${path}`).pathname.slice(1));
    }
  };
  follow("README.md");
  const pagesOfDocs = pages.map(({ path }) => path).filter((path) => path.startsWith("docs/"));
  expect(pagesOfDocs.filter((path) => !reached.has(path) && !path.startsWith("docs/decisions/"))).toEqual([]);
});
