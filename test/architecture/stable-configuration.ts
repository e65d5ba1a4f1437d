/**
 * What the page of the configuration says of each option, variable, flag and key, one fact per line: that it is there, each value or type that it takes, the variable
 * that stands for it, its default. The page is generated from the options themselves.
 *
 * One line per value, so that one more is an addition and one less is not.
 */
export function stableConfiguration(page: string): readonly string[] {
  let section = "";
  let columns: readonly string[] = [];
  return page.split("\n").flatMap((line) => {
    section = /^#+ (.*)$/.exec(line)?.[1] ?? section;
    if (!line.startsWith("|")) return [];
    const cells = cellsOf(line);
    const [name = ""] = cells;
    if (!name.startsWith("`")) {
      if (!name.startsWith("-")) columns = cells;
      return [];
    }
    const cell = (column: string): string => cells[columns.indexOf(column)] ?? "";
    const isFlag = columns[0] === "Flag";
    const fallback = cell("Default");
    const facts = [
      ...alternatives(unquoted(cell("Type"))).map((type) => `takes ${type}`),
      ...quotedIn(cell("Accepted")).map((value) => `takes ${value}`),
      ...(isFlag ? quotedIn(/one of (.*)/.exec(cell("Meaning"))?.[1] ?? "") : []).map((value) => `takes ${value}`),
      ...quotedIn(isFlag ? cell("Variable") : "").map((variable) => `as ${variable}`),
      ...(fallback === "" ? [] : [`default ${fallback}`]),
    ];
    return (facts.length === 0 ? ["is there"] : facts).map((fact) => `configuration, ${section}: ${name} ${fact}`);
  });
}

/** The cells of a line of a table; `\|` is a bar within one. */
function cellsOf(line: string): readonly string[] {
  return line
    .split(/(?<!\\)\|/)
    .slice(1, -1)
    .map((cell) => cell.trim().replaceAll("\\|", "|"));
}

/** The members of a union, outside brackets. */
function alternatives(type: string): readonly string[] {
  const members = [""];
  let depth = 0;
  for (const [place, character] of [...type].entries()) {
    if ("([{<".includes(character)) depth += 1;
    // The arrow of a function closes nothing.
    if (")]}>".includes(character) && type[place - 1] !== "=") depth -= 1;
    if (character === "|" && depth === 0) members.push("");
    else members.push(`${members.pop() ?? ""}${character}`);
  }
  return members.map((member) => member.trim()).filter((member) => member !== "");
}

function quotedIn(text: string): readonly string[] {
  return [...text.matchAll(/`([^`]+)`/g)].map(([, value = ""]) => value);
}

function unquoted(text: string): string {
  return text.replaceAll("`", "");
}
