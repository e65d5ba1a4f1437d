/** One command as a shell would run it. */
export interface ShellCommand {
  /** Variables that are set in front of it, or alone. */
  readonly variables: readonly string[];
  readonly program: string;
  readonly args: readonly string[];
}

/**
 * The commands of a block, in their order. Pipes, lists and substitutions are taken apart; where it is sent to is left out. In a block with prompts
 * (`$ `) only the lines behind one are commands, and the others are what they print.
 */
export function shellCommands(text: string): readonly ShellCommand[] {
  const joined = text.replace(/\\\n\s*/g, " ").replace(/<<'?(\w+)'?\n.*?^\1$/gms, "");
  const lines = joined.split("\n");
  const prompted = lines.filter((line) => line.startsWith("$ ")).map((line) => line.slice(2));
  return (prompted.length > 0 ? prompted : lines).flatMap((line) => commandsOfLine(line));
}

function commandsOfLine(line: string): ShellCommand[] {
  const commands: ShellCommand[] = [];
  let words: string[] = [];
  const close = (): void => {
    const set = words.findIndex((word) => !/^[A-Za-z_]\w*=/.test(word));
    const count = set === -1 ? words.length : set;
    const variables = words.slice(0, count).map((word) => word.slice(0, word.indexOf("=")));
    const [program = "", ...args] = words.slice(count);
    if (words.length > 0) commands.push({ variables, program, args });
    words = [];
  };
  for (const token of tokensOf(line)) {
    if (/^(\||\|\||&&|;|&)$/.test(token)) close();
    else words.push(token);
  }
  close();
  return commands.map((command) => ({ ...command, args: withoutRedirections(command.args) }));
}

/** Words with their quotes taken off, and the signs between commands. */
function tokensOf(line: string): string[] {
  const tokens: string[] = [];
  const pattern =
    /\s+|(#.*$)|(\|\||&&|[|;&](?!\d))|((?:"(?:\\.|[^"\\])*"|'[^']*'|\\.|>&?\d?|[^\s"'|;&\\>]|&(?=\d))+)/gy;
  for (let match = pattern.exec(line); match !== null; match = pattern.exec(line)) {
    const [, comment, sign, word] = match;
    if (comment !== undefined) break;
    if (sign !== undefined) tokens.push(sign);
    if (word !== undefined) {
      tokens.push(word.replace(/"((?:\\.|[^"\\])*)"|'([^']*)'/g, (_, double, single) => double ?? single ?? ""));
    }
  }
  return tokens;
}

function withoutRedirections(args: readonly string[]): readonly string[] {
  const at = args.findIndex((word) => /^\d?[<>]/.test(word));
  return at === -1 ? args : args.slice(0, at);
}
