import { gunzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { createPage } from "../../src/endpoint/page.ts";

test("text becomes UTF-8 bytes", () => {
  expect(createPage('queue="größe"').plain).toEqual(Buffer.from('queue="größe"', "utf8"));
});

test("bytes are served as they are", () => {
  const bytes = Buffer.from("a 1\n");
  expect(createPage(bytes).plain).toBe(bytes);
});

test("the page is compressed once, however many ask", async () => {
  const page = createPage("a 1\n".repeat(1000));
  const [first, second] = await Promise.all([page.gzipped(), page.gzipped()]);
  expect(second).toBe(first);
  expect(gunzipSync(first).toString()).toBe("a 1\n".repeat(1000));
  expect(first.length).toBeLessThan(200);
});
