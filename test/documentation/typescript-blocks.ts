import { cpSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { documentedBlocks } from "./code-blocks.ts";
import { projectFolder } from "./pages.ts";

/** Where the blocks lie to be compiled: in the project, so that they find its packages as an application would. */
const folder = `${projectFolder}.tmp/documentation`;

/** Options that a block may show by themselves, without the call that they belong to. */
const OPTION = /^(queues|endpoint|otlp|sharedTotals|brokers|redis|tasks)(?=: )/;
const EVENT_OPTION = /^inspect(?=: )/;

/** Blocks that are files of the project, word for word: those are compiled where they are. */
const WHOLE_FILES = ["examples/quickstart/main.ts"];

/** A file that a block became. */
export interface CompiledBlock {
  readonly place: string;
  readonly file: string;
}

/** Writes every block of TypeScript into a project of its own; returns where that is, and which file is which block. */
export function writeTypescriptProject(isWholeFile: (text: string, files: readonly string[]) => boolean): {
  readonly project: string;
  readonly blocks: readonly CompiledBlock[];
} {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  cpSync(`${projectFolder}test/documentation/prelude.d.ts`, `${folder}/prelude.d.ts`);
  const shown = documentedBlocks().filter(({ language, text }) => language === "ts" && !isWholeFile(text, WHOLE_FILES));
  const blocks = shown.map(({ place, text }) => {
    const file = `${place.replace(/[^\w.-]+/g, "-").replaceAll(".md", "")}.ts`;
    writeFileSync(`${folder}/${file}`, moduleOf(text));
    return { place, file };
  });
  writeFileSync(`${folder}/package.json`, JSON.stringify({ type: "module", private: true }));
  writeFileSync(`${folder}/tsconfig.json`, JSON.stringify(configuration));
  return { project: `${folder}/tsconfig.json`, blocks };
}

/** The options of an application that is written strictly, with decorators as NestJS has them. */
const configuration = {
  compilerOptions: {
    target: "es2023",
    lib: ["es2024", "esnext.disposable"],
    module: "nodenext",
    types: ["node"],
    typeRoots: ["../../node_modules/@types"],
    strict: true,
    noUncheckedIndexedAccess: true,
    exactOptionalPropertyTypes: true,
    experimentalDecorators: true,
    skipLibCheck: true,
    noEmit: true,
  },
  include: ["*.ts"],
};

/** The block as a module. Options by themselves become arguments of what takes them; the line numbers stay. */
function moduleOf(text: string): string {
  const parts = text.split(/\n(?=\S)(?![\])}])/).map((part) => {
    if (OPTION.test(part)) return `;(): unknown => startTaskVitals({ ${part}\n});`;
    if (!EVENT_OPTION.test(part)) return part;
    return `;({ ${part}\n}) satisfies Partial<import("@taskvitals/redis").CeleryEventsOptions>;`;
  });
  return `${parts.join("\n")}\nexport {};\n`;
}
