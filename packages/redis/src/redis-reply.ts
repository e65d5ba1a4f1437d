import type { ReadFailureReason } from "@taskvitals/core";
import { tlsAdvice } from "./tls-advice.ts";

/** A command that has no result. */
export interface RedisFailure {
  readonly ok: false;
  readonly reason: ReadFailureReason;
  /** One line, free of credentials. */
  readonly detail: string;
  /** The node of a Cluster that the server points to instead. */
  readonly redirect?: { readonly node: string; readonly asking: boolean };
}

/** What became of a command. */
export type RedisReply = { readonly ok: true; readonly value: unknown } | RedisFailure;

/** Builds a {@link RedisFailure}. */
export function failure(reason: ReadFailureReason, detail: string): RedisFailure {
  return { ok: false, reason, detail };
}

const REASONS: Readonly<Record<string, ReadFailureReason>> = {
  WRONGTYPE: "wrong_type",
  NOAUTH: "auth",
  WRONGPASS: "auth",
  NOPERM: "auth",
  LOADING: "loading",
};

/** Errors that ioredis makes itself, and those of Redis that their first word does not tell, by what they mean for a reading. */
const KNOWN_ERRORS: readonly (readonly [RegExp, ReadFailureReason])[] = [
  [/^Command timed out/, "timeout"],
  [
    /^Connection is closed|^Stream isn't writeable|connection close$|^Cluster is ended|^Reached the max retries/,
    "refused",
  ],
  // A user that may run a script and not the command in it: Redis 6 and 7.0, and those after them.
  [/^ERR .*The user executing the script can't |^ERR ACL failure in script/, "auth"],
];
/** What ioredis 5 and 6 say of bytes that are no reply of Redis, such as a page or a TLS alert. */
const FOREIGN_ANSWER = /^Protocol error, got|^Unknown RESP type/;

/** Reads the error that one of our own commands was answered with. */
export function replyFailure(error: Error): RedisFailure {
  const message = firstLine(error.message);
  const [code = "", slot, node] = message.split(" ");
  if (slot !== undefined && node !== undefined && (code === "MOVED" || code === "ASK")) {
    const detail = `this node of the Cluster does not serve slot ${slot}; a Cluster is read through an ioredis Cluster client`;
    return {
      ...failure("error", detail),
      redirect: { node, asking: code === "ASK" },
    };
  }
  if (FOREIGN_ANSWER.test(message)) return foreignAnswer();
  const reason = REASONS[code] ?? KNOWN_ERRORS.find(([pattern]) => pattern.test(message))?.[1];
  if (reason !== undefined) return failure(reason, message);
  return isSystemError(error) ? connectionFailure(error) : failure("error", message);
}

/**
 * Reads the error that ended a connection or its handshake. Its text is never shown: a server that does not know a command
 * repeats its arguments, and those of AUTH are the password.
 */
export function connectionFailure(error: Error): RedisFailure {
  if (isSystemError(error)) return failure("refused", tlsAdvice(error.code) ?? noConnection(error.code));
  if (FOREIGN_ANSWER.test(error.message)) return foreignAnswer();
  const code = error.message.split(" ", 1)[0] ?? "";
  const command = commandName(error);
  const auth = REASONS[code] === "auth" || command === "auth" || command === "hello";
  if (command === "select") return failure(auth ? "auth" : "error", "the server refuses the number of the database");
  if (code === "NOPERM") return failure("auth", "the user may not do what connecting takes");
  if (auth) return failure("auth", "the server refuses the user or the password");
  return failure("refused", "no connection to the server");
}

/** A connection that the other side ended, in whichever way the system tells. */
export function cutConnection(how: string): string {
  return `${how}; if none ever lasts: does the server want TLS (rediss://), or a certificate of the client?`;
}

function noConnection(code: string): string {
  const detail = `no connection to the server: ${code}`;
  return code === "ECONNRESET" || code === "EPIPE" ? cutConnection(detail) : detail;
}

function foreignAnswer(): RedisFailure {
  const detail = "the answer is not in Redis' protocol; is it another service, or one that wants TLS (rediss://)?";
  return failure("error", detail);
}

function isSystemError(error: Error): error is NodeJS.ErrnoException & { code: string } {
  return "code" in error && typeof error.code === "string";
}

function commandName(error: Error): string | undefined {
  const command = (error as { command?: { name?: unknown } }).command;
  return typeof command?.name === "string" ? command.name.toLowerCase() : undefined;
}

const MAX_DETAIL = 200;

function firstLine(message: string): string {
  return message.split(/[\r\n]/, 1)[0]?.slice(0, MAX_DETAIL) ?? "";
}
