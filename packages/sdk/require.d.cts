// The types of what require() gives, which is the ES module itself.
export * from "./dist/index.js";
