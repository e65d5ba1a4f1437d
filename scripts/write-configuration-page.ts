import { writeFileSync } from "node:fs";
import { configurationPage } from "./configuration-page.ts";

const path = "docs/configuration.md";
writeFileSync(new URL(`../${path}`, import.meta.url), configurationPage());
process.stdout.write(`${path}\n`);
