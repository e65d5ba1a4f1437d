import { openBaseModel } from "./base-model.ts";
import { cutMailSlices, readExamples } from "./mail-slices.ts";
import { readSettings } from "./settings.ts";

const { checkpointFile } = readSettings(process.env);
const slices = await cutMailSlices();
const model = await openBaseModel(checkpointFile, slices);
const accuracy = model.accuracy(await readExamples(slices.heldOut));
console.log(`${checkpointFile}: ${(accuracy * 100).toFixed(1)} % of the held-out mails told right`);
