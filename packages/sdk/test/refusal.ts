import { TaskVitalsError } from "@taskvitals/core";
import { expect } from "vitest";

/** The error that a call is refused with; fails the test when it is not refused, or with another kind of error. */
export async function refusalOf(call: () => unknown): Promise<TaskVitalsError> {
  try {
    await call();
  } catch (error) {
    if (error instanceof TaskVitalsError) return error;
    throw error;
  }
  return expect.fail("the call was not refused");
}
