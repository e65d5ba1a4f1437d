import { gunzipSync, gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { createPage } from "../../src/endpoint/page.ts";

test("text becomes UTF-8 bytes", async () => {
  expect(await createPage('queue="größe"').plain()).toEqual(Buffer.from('queue="größe"', "utf8"));
});

test("bytes are served as they are", async () => {
  const bytes = Buffer.from("a 1\n");
  expect(await createPage(bytes).plain()).toBe(bytes);
});

test("the page is compressed once, however many ask", async () => {
  const page = createPage("a 1\n".repeat(1000));
  const [first, second] = await Promise.all([page.gzipped(), page.gzipped()]);
  expect(second).toBe(first);
  expect(gunzipSync(first).toString()).toBe("a 1\n".repeat(1000));
  expect(first.length).toBeLessThan(200);
});

test("only a page that gains by it is worth compressing", () => {
  expect([createPage("a 1\n").worthGzip, createPage("a 1\n".repeat(1000)).worthGzip]).toEqual([false, true]);
});

test("a page that is compressed already is sent as it is, and expanded once for those who ask for text", async () => {
  const gzipped = gzipSync("a 1\n");
  const page = createPage({ gzipped });
  expect([page.worthGzip, await page.gzipped()]).toEqual([true, gzipped]);
  const [first, second] = await Promise.all([page.plain(), page.plain()]);
  expect(second).toBe(first);
  expect(first.toString()).toBe("a 1\n");
});
