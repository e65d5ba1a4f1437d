/**
 * Whether a program is BullMQ's own, in which a sandboxed processor runs: a child process or a thread that inherits `--import` from its worker.
 * The worker counts what happens there, and its endpoint has the port.
 *
 * @param program - path of the program of this process or thread, `process.argv[1]`
 */
export function isBullmqSandbox(program: string | undefined): boolean {
  return /[\\/]bullmq[\\/]dist[\\/](?:cjs|esm)[\\/]classes[\\/]main(?:-worker)?\.js$/.test(program ?? "");
}
