import { expect, test } from "vitest";
import { requireSupportedNode } from "../src/supported-node.ts";
import { refusalOf } from "./refusal.ts";

test.each(["22.15.0", "22.16.1", "24.0.0", "26.1.0-nightly"])("Node.js %s will do", (version) => {
  requireSupportedNode(version);
});

test.each(["22.14.9", "20.19.0", "18.0.0"])("Node.js %s is refused, with what is needed", async (version) => {
  expect(await refusalOf(() => requireSupportedNode(version))).toMatchObject({
    code: "UNSUPPORTED_NODE",
    message: `taskvitals needs Node.js 22.15 or newer; this is v${version}. Upgrade Node.js.`,
  });
});
