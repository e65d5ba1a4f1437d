"use strict";
// The entry for require(). The package is ESM; Node.js loads that through require() from 22.12 on, and
// OpenTelemetry needs 22.15. An older runtime would fail with a syntax or loader error that names neither.
const [major, minor] = process.versions.node.split(".").map(Number);
if (major < 22 || (major === 22 && minor < 15)) {
  throw new Error(`taskvitals needs Node.js 22.15 or newer; this is ${process.version}. Upgrade Node.js.`);
}
module.exports = require("./dist/index.js");
