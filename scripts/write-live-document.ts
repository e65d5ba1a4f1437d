import { writeFileSync } from "node:fs";
import { liveDocumentModule } from "./live-document.ts";

writeFileSync(new URL("../packages/live/src/document.generated.ts", import.meta.url), await liveDocumentModule());
