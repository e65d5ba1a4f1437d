export { type CommandLineSurroundings, runCommandLine, type TextOutput } from "./run-command-line.ts";
