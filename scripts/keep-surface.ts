// Writes down what users rely on, for the test that holds it: `node scripts/keep-surface.ts`. Review the difference: a line that goes is a major release.
import { writeFileSync } from "node:fs";
import { stableSurface } from "../test/architecture/stable-surface.ts";

writeFileSync(new URL("../test/architecture/stable-surface.txt", import.meta.url), `${stableSurface().join("\n")}\n`);
