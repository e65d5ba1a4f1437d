import { misconfigured } from "../configuration/misconfigured.ts";

/** One matcher of a selector. */
export interface LabelMatcher {
  /** The label. */
  readonly label: string;
  /** How its values are compared. */
  readonly operator: "=" | "!=" | "=~" | "!~";
  /** The matcher as it was written, without blanks around it. */
  readonly text: string;
}

// Tokens as Prometheus' lexer has them; what its strings may escape depends on the quote.
const LABEL = /[a-zA-Z_]\w*/y;
const OPERATOR = /=~|!~|!=|=/y;
const ESCAPED = String.raw`[abfnrtv\\]|[0-7]{3}|x[\da-fA-F]{2}|u[\da-fA-F]{4}|U[\da-fA-F]{8}`;
const IN_QUOTES = (quote: string): string =>
  String.raw`${quote}((?:[^${quote}\\\p{Cc}]|\\(?:${ESCAPED}|${quote}))*)${quote}`;
const STRING = new RegExp([IN_QUOTES('"'), IN_QUOTES("'"), "`([^`\\p{Cc}]*)`"].join("|"), "uy");
const BLANKS = /\s*/y;

/**
 * Reads the matchers of a selector, with or without the braces around them: `job="x", env=~"prod|test"`. Prometheus' own grammar is a package of a megabyte
 * with those it needs, for one flag, and does not say what is wrong.
 *
 * @param where - what gave the text, for messages
 * @throws TaskVitalsError `INVALID_OPTION` saying what was expected where
 */
export function readMatchers(text: string, where: string): LabelMatcher[] {
  const inner = withoutBraces(text);
  const matchers: LabelMatcher[] = [];
  let at = skipBlanks(inner, 0);
  while (at < inner.length) {
    const from = at;
    const take = (token: RegExp, expected: string, remedy: string): RegExpExecArray => {
      at = skipBlanks(inner, at);
      const found = matchAt(token, inner, at);
      if (found === null) throw mistake(text, where, `${expected}${placeOf(inner, at)}`, remedy);
      at += found[0].length;
      return found;
    };
    const [label] = take(LABEL, "the name of a label", 'Matchers are label="value", with commas between them.');
    const [operator] = take(OPERATOR, `=, !=, =~ or !~ after ${label}`, `Write ${label}="value".`);
    const value = take(STRING, `a value in quotes after ${label}${operator}`, quoted(label, operator, inner.slice(at)));
    if (operator === "=~" || operator === "!~") checkRegex(value[1] ?? value[2] ?? value[3] ?? "", text, where);
    matchers.push({ label, operator: operator as LabelMatcher["operator"], text: inner.slice(from, at) });
    at = skipBlanks(inner, at);
    if (at < inner.length && inner[at] !== ",") {
      const remedy = 'Put a comma between two matchers; a quote within a value is \\".';
      throw mistake(text, where, `a comma after ${label}${operator}…${placeOf(inner, at)}`, remedy);
    }
    at = skipBlanks(inner, at + 1);
  }
  return matchers;
}

function withoutBraces(text: string): string {
  const trimmed = text.trim();
  return /^\{.*\}$/s.test(trimmed) ? trimmed.slice(1, -1) : trimmed;
}

/** What to write instead of a value without quotes. A shell takes away the outer ones. */
function quoted(label: string, operator: string, rest: string): string {
  const bare = /^\s*([^\s"'`,{}]+)/.exec(rest)?.[1];
  if (bare === undefined) return `Write ${label}${operator}"value".`;
  return `Write '${label}${operator}"${bare}"', with single quotes around it for the shell.`;
}

/** RE2 has neither look-around nor back-references; what else is no expression in JavaScript is none there. */
function checkRegex(escaped: string, text: string, where: string): void {
  const pattern = escaped.replace(/\\\\/g, "\\");
  // What RE2 has and JavaScript writes differently or has only lately.
  const rewritten = pattern
    .replace(/\(\?P</g, "(?<")
    .replace(/\(\?[imsU-]+\)/g, "")
    .replace(/\(\?[imsU-]+:/g, "(?:");
  const isForeign = /\(\?<?[=!]|\\[1-9]/.test(pattern);
  if (!isForeign && isRegex(rewritten)) return;
  throw mistake(text, where, "regular expressions that RE2 has", "Close every bracket, and use no look-around.");
}

function isRegex(pattern: string): boolean {
  try {
    return new RegExp(pattern) !== undefined;
  } catch {
    return false;
  }
}

function skipBlanks(text: string, at: number): number {
  return at + (matchAt(BLANKS, text, at)?.[0].length ?? 0);
}

function matchAt(token: RegExp, text: string, at: number): RegExpExecArray | null {
  const sticky = new RegExp(token);
  sticky.lastIndex = at;
  return sticky.exec(text);
}

function placeOf(text: string, at: number): string {
  return at >= text.length ? ", where it ends" : ` at character ${at + 1}`;
}

function mistake(text: string, where: string, expected: string, remedy: string): Error {
  return misconfigured({ where, got: text, expected, remedy });
}
