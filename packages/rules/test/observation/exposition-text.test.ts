import { expect, it } from "vitest";
import { parseExposition } from "../../src/observation/exposition-text.ts";

const all = (text: string): unknown => parseExposition(text, () => true);

it("reads names, labels and values, whatever stands between them", () => {
  const text = [
    "# HELP a b",
    "# TYPE a counter",
    'a{x="1",y="two words, }"} 3',
    "b 4.5 1700000000000",
    'c { x = "1" , } +Inf',
    "d{} -Inf",
    "",
  ].join("\r\n");
  expect(all(text)).toEqual([
    { name: "a", labels: { x: "1", y: "two words, }" }, value: 3 },
    { name: "b", labels: {}, value: 4.5 },
    { name: "c", labels: { x: "1" }, value: Number.POSITIVE_INFINITY },
    { name: "d", labels: {}, value: Number.NEGATIVE_INFINITY },
  ]);
});

it("undoes the escapes of labels, and takes a label named like a property of objects for a label", () => {
  expect(all(String.raw`a{x="\"\\\n\\n",__proto__="p"} 1`)).toEqual([
    { name: "a", labels: expect.objectContaining({ x: '"\\\n\\n' }), value: 1 },
  ]);
  const [sample] = parseExposition('a{__proto__="p"} 1', () => true);
  expect(Object.entries(sample?.labels ?? {})).toEqual([["__proto__", "p"]]);
});

it("passes over what is no sample, is no number, or is not wanted", () => {
  expect(all('<html>\na{x="1} 2\na NaN\na{x=1} 2\na b\n{"json": 1}\n1a 2')).toEqual([]);
  expect(parseExposition("a 1\nb 2", (name) => name === "b")).toEqual([{ name: "b", labels: {}, value: 2 }]);
});
