import { OTHER_VALUE } from "./contract.ts";
import { labelValue } from "./label-value.ts";

/**
 * Names the class of an error for the `error_type` label: its `name`, where it has one (a sandboxed process hands over errors whose
 * constructor is `Error` and whose class survives in `name` alone), else its constructor's name, else `_OTHER`. Never throws.
 */
export function errorType(error: unknown): string {
  try {
    if (typeof error !== "object" || error === null) return OTHER_VALUE;
    const { name } = error as { readonly name?: unknown };
    const constructorName = error.constructor?.name;
    // A subclass that does not set `name` inherits "Error"; its constructor knows better.
    if (typeof name === "string" && name !== "" && name !== "Error") return labelValue(name);
    if (typeof constructorName === "string" && constructorName !== "" && constructorName !== "Object") {
      return labelValue(constructorName);
    }
    return typeof name === "string" && name !== "" ? labelValue(name) : OTHER_VALUE;
  } catch {
    return OTHER_VALUE;
  }
}
