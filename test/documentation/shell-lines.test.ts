import { expect, it } from "vitest";
import { shellCommands } from "./shell-lines.ts";

it("pipes and lists are several commands, each with the variables in front of it", () => {
  expect(shellCommands("A=1 B='x y' one -f \"two words\" | three && four   # why\n")).toEqual([
    { variables: ["A", "B"], program: "one", args: ["-f", "two words"] },
    { variables: [], program: "three", args: [] },
    { variables: [], program: "four", args: [] },
  ]);
});

it("a variable by itself is set, and nothing is run", () => {
  expect(shellCommands("REDIS_URL=redis://localhost")).toEqual([{ variables: ["REDIS_URL"], program: "", args: [] }]);
});

it("a command goes on behind a backslash, and ends where its output is sent elsewhere", () => {
  expect(shellCommands("one \\\n  --two > three\n")).toEqual([{ variables: [], program: "one", args: ["--two"] }]);
});

it("with prompts only what stands behind one is run", () => {
  expect(shellCommands("$ one\ntwo three\n$ four\n").map(({ program }) => program)).toEqual(["one", "four"]);
});

it("what a command is given to read is no command", () => {
  expect(shellCommands("cat > a.yml <<'END'\nscrape_configs:\nEND\nnext\n").map(({ program }) => program)).toEqual([
    "cat",
    "next",
  ]);
});
