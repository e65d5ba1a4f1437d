import { describe, expect, it } from "vitest";
import { documentedBlocks } from "./code-blocks.ts";
import { commandProblem } from "./command-checks.ts";
import { shellCommands } from "./shell-lines.ts";

const blocks = documentedBlocks().filter(({ language }) => language === "sh");

describe("the commands of the documentation", () => {
  it("are there", () => {
    expect(blocks.length).toBeGreaterThan(30);
  });

  it.each(blocks.map((block) => [block.place, block.text] as const))(
    "at %s exist, with flags, scripts, files and variables that exist",
    (_, text) => {
      const commands = shellCommands(text);
      expect(commands.length).toBeGreaterThan(0);
      expect(commands.map(commandProblem).filter((problem) => problem !== undefined)).toEqual([]);
    },
  );
});

it.each([
  ["npx @taskvitals/exporter --ques celery:celery", /unknown option/],
  ["npx @taskvitals/exporter --queue sellery:celery", /sellery/],
  ["npm run no-such-script", /no script/],
  ["TASKVITALS_QUEUE=x node app.js", /nothing reads/],
  ["otelcol --config=no-such.yaml", /there is no/],
  ["docker-compose --profile none up", /no profile/],
  ["unheard-of --flag", /not among the programs/],
])("a mistake in %s is found", (line, expected) => {
  expect(commandProblem(shellCommands(line)[0] ?? { variables: [], program: "", args: [] })).toMatch(expected);
});
