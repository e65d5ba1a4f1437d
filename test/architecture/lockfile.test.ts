import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { missingOptionalPackages } from "../../scripts/complete-lockfile.ts";

const text = readFileSync(new URL("../../package-lock.json", import.meta.url), "utf8");

describe("the lockfile", () => {
  it("holds the optional packages of every platform, without which npm ci refuses it", () => {
    expect(Object.keys(missingOptionalPackages(JSON.parse(text).packages))).toEqual([]);
  });

  it("names no registry", () => {
    expect(text).not.toMatch(/"resolved": "[a-z+]+:/);
  });
});

describe("missingOptionalPackages", () => {
  it("reads the platform off the name", () => {
    const optionalDependencies = {
      "@x/cli-linux-x64-musl": "1.2.3",
      "@x/cli-darwin-arm64": "1.2.3",
      "@x/range": "^1.0.0",
    };
    expect(missingOptionalPackages({ "node_modules/@x/cli": { dev: true, optionalDependencies } })).toEqual({
      "node_modules/@x/cli-linux-x64-musl": {
        version: "1.2.3",
        dev: true,
        optional: true,
        os: ["linux"],
        cpu: ["x64"],
        libc: ["musl"],
      },
      "node_modules/@x/cli-darwin-arm64": {
        version: "1.2.3",
        dev: true,
        optional: true,
        os: ["darwin"],
        cpu: ["arm64"],
      },
    });
  });
});
