import { hash } from "bcryptjs";
import { expect, it } from "vitest";
import { createPasswordCheck } from "../../src/web/password-check.ts";

it("lets in who is there with the right password", async () => {
  const check = createPasswordCheck({ ann: await hash("one", 4), bob: await hash("two", 4) });
  expect(await check.verify({ username: "ann", password: "one" })).toBe(true);
  expect(await check.verify({ username: "ann", password: "two" })).toBe(false);
  expect(await check.verify({ username: "bob", password: "two" })).toBe(true);
  expect(await check.verify({ username: "eve", password: "one" })).toBe(false);
});

it("takes hashes as htpasswd writes them", async () => {
  const check = createPasswordCheck({ ann: (await hash("one", 4)).replace("$2b$", "$2y$") });
  expect(await check.verify({ username: "ann", password: "one" })).toBe(true);
});

it("forgets what it knew when the users change", async () => {
  const check = createPasswordCheck({ ann: await hash("one", 4) });
  expect(await check.verify({ username: "ann", password: "one" })).toBe(true);
  check.replace({ ann: await hash("new", 4) });
  expect(await check.verify({ username: "ann", password: "one" })).toBe(false);
  expect(await check.verify({ username: "ann", password: "new" })).toBe(true);
});

it("refuses at once what would wait too long", async () => {
  const check = createPasswordCheck({ ann: await hash("one", 4) });
  const guesses = Array.from({ length: 40 }, (_, index) => check.verify({ username: "ann", password: `${index}` }));
  expect((await Promise.all(guesses)).includes(true)).toBe(false);
  expect(await check.verify({ username: "ann", password: "one" })).toBe(true);
});
