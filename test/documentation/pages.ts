import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const root = new URL("../../", import.meta.url);

/** Pages that lie outside of `docs/`. */
const TOP = /^(README(\.[\w-]+)?|CONTRIBUTING|SECURITY)\.md$/;

/** The folder of the project. */
export const projectFolder: string = fileURLToPath(root);

/** A page of the documentation. */
export interface Page {
  /** Its path in the project. */
  readonly path: string;
  readonly text: string;
}

/** Every page that a reader may copy from: the READMEs of the project and its packages, and `docs/`. */
export function documentationPages(): readonly Page[] {
  const top = readdirSync(root).filter((name) => TOP.test(name));
  const docs = readdirSync(new URL("docs/", root), { recursive: true, encoding: "utf8" }).map((path) => `docs/${path}`);
  const packages = readdirSync(new URL("packages/", root)).flatMap((name) =>
    readdirSync(new URL(`packages/${name}/`, root))
      .filter((file) => file === "README.md")
      .map((file) => `packages/${name}/${file}`),
  );
  return [...top, ...docs.filter((path) => path.endsWith(".md")), ...packages].sort().map(readPage);
}

/** The READMEs of the examples, whose links are checked, and whose commands their own tests run. */
export function examplePages(): readonly Page[] {
  return readdirSync(new URL("examples/", root))
    .flatMap((name) => readdirSync(new URL(`examples/${name}/`, root)).map((file) => `examples/${name}/${file}`))
    .filter((path) => path.endsWith("/README.md"))
    .sort()
    .map(readPage);
}

/** One page by its path in the project. */
export function readPage(path: string): Page {
  return { path, text: readFileSync(new URL(path, root), "utf8") };
}
