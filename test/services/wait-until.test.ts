import { expect, it } from "vitest";
import { waitUntil } from "./index.ts";

it("returns the first truthy answer, and takes a throw for not yet", async () => {
  let calls = 0;
  const answer = await waitUntil(
    () => {
      calls++;
      if (calls === 1) throw new Error("too early");
      return calls === 3 ? "there" : undefined;
    },
    { what: "the third call", intervalMs: 1 },
  );
  expect(answer).toBe("there");
});

it("names what it waited for and the last failure", async () => {
  const failing = waitUntil(() => Promise.reject(new Error("port closed")), { what: "the API", timeoutMs: 50 });
  await expect(failing).rejects.toThrow("Timed out after 50 ms waiting for the API: port closed");
});

it("gives up on a check that never answers", async () => {
  const hanging = waitUntil(() => new Promise<boolean>(() => {}), { what: "a reply", timeoutMs: 50 });
  await expect(hanging).rejects.toThrow("Timed out after 50 ms waiting for a reply: the check did not answer");
});
