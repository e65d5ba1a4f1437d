import { existsSync, readFileSync } from "node:fs";

const root = new URL("../../", import.meta.url);

/** The anchors of a page's headings, as GitHub makes them. */
export function anchorsOf(markdown: string): string[] {
  const counts = new Map<string, number>();
  return headingsOf(markdown).map((heading) => {
    const anchor = heading
      .trim()
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\p{M}_ -]/gu, "")
      .replace(/ /g, "-");
    const earlier = counts.get(anchor) ?? 0;
    counts.set(anchor, earlier + 1);
    return earlier === 0 ? anchor : `${anchor}-${earlier}`;
  });
}

/** The links of a page that lead nowhere: to a file that is not there, or a heading that its page does not have. */
export function brokenLinks(path: string): string[] {
  const page = new URL(path, root);
  const links = [...readFileSync(page, "utf8").matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = ""]) => target);
  return links.filter((link) => {
    if (/^https?:/.test(link)) return false;
    const target = new URL(link, page);
    const anchor = target.hash.slice(1);
    target.hash = "";
    if (!existsSync(target)) return true;
    return anchor !== "" && !anchorsOf(readFileSync(target, "utf8")).includes(anchor);
  });
}

/** The texts of a page's headings, those in blocks of code not included. */
function headingsOf(markdown: string): string[] {
  const prose = markdown.replace(/^```.*?^```/gms, "");
  return [...prose.matchAll(/^#{1,6} (.+)$/gm)].map(([, heading = ""]) => heading);
}
