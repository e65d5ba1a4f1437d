import { describe, expect, it } from "vitest";
import { errorType } from "../src/error-type.ts";

class OutOfMemory extends Error {}

describe("errorType", () => {
  it("takes the name that an error carries, as one from another process does", () => {
    expect(errorType(new TypeError("x"))).toBe("TypeError");
    expect(errorType(Object.assign(new Error("x"), { name: "UnrecoverableError" }))).toBe("UnrecoverableError");
    expect(errorType({ name: "CudaError", message: "x" })).toBe("CudaError");
  });

  it("takes the class of a subclass that set no name", () => {
    expect(errorType(new OutOfMemory("x"))).toBe("OutOfMemory");
    expect(errorType(new Error("x"))).toBe("Error");
  });

  it.each([["a string"], [undefined], [null], [42], [{}], [Object.create(null)]])("calls %s _OTHER", (thrown) => {
    expect(errorType(thrown)).toBe("_OTHER");
  });

  it("survives an error whose name throws when it is read", () => {
    const hostile = {
      get name(): string {
        throw new Error("hostile");
      },
    };
    expect(errorType(hostile)).toBe("_OTHER");
  });

  it("cuts a name of 10 kB", () => {
    expect(errorType({ name: "E".repeat(10_000) })).toHaveLength(128);
  });
});
