import { invalidOption } from "@taskvitals/core";

/** Where a Redis server is and how to log in. Holds the password: keep it out of anything that is shown. */
export interface RedisEndpoint {
  /** Name or address, without brackets. */
  readonly host: string;
  /** Port; 6379 where the URL has none. */
  readonly port: number;
  /** Whether the scheme is `rediss`. */
  readonly tls: boolean;
  /** User, decoded. */
  readonly username: string | undefined;
  /** Password, decoded. */
  readonly password: string | undefined;
  /** Number of the database. */
  readonly db: number;
}

const FORM = "redis://[[user]:password@]host[:port][/database], or rediss:// for TLS";

/**
 * Reads a `redis://` or `rediss://` URL.
 *
 * No error shows any part of the text or has a cause: what does not parse may hold a password anywhere.
 *
 * @throws TaskVitalsError `INVALID_OPTION` when anything in the URL would be ignored or misread
 */
export function parseRedisUrl(text: string, path: string): RedisEndpoint {
  const refuse = (what: string, remedy: string): Error => invalidOption({ path, expected: `${FORM}; ${what}`, remedy });

  if (!/^\s*rediss?:\/\//i.test(text)) {
    throw refuse(
      "the text has another form",
      "For a Unix socket, Sentinel or Cluster, give an ioredis client instead of a URL.",
    );
  }
  // The URL standard drops tabs and line ends; in a password they would be lost without a word.
  const url = /[\t\r\n]/.test(text.trim()) ? null : URL.parse(text);
  if (url === null) {
    throw refuse(
      "the text is not a valid URL",
      "Percent-encode special characters of the user and password, such as / as %2F, # as %23 and @ as %40.",
    );
  }
  if (url.hostname === "") throw refuse("the host is missing", "Name the host, such as redis://localhost:6379.");
  if (url.port === "0") throw refuse("the port is 0", "Give a port from 1 to 65535, or none for 6379.");
  if (url.hash !== "") throw refuse("it has a # in it", "Percent-encode # in a password as %23.");
  if (url.search !== "") {
    throw refuse("it has query parameters", "For further settings, give an ioredis client instead of a URL.");
  }
  const database = /^\/?(\d{0,9})$/.exec(url.pathname)?.[1];
  if (database === undefined) {
    throw refuse(
      "the database is not a number",
      "Give the number of the database, such as /1; percent-encode / in a password as %2F.",
    );
  }
  const username = decode(url.username);
  const password = decode(url.password);
  if (username === undefined || password === undefined) {
    throw refuse("the user or password has a % that starts no code", "Percent-encode % as %25.");
  }
  if (username !== "" && password === "") throw refuse("a user without a password", "Add the password after a colon.");
  return {
    host: url.hostname.replace(/^\[|\]$/g, ""),
    port: url.port === "" ? 6379 : Number(url.port),
    tls: url.protocol === "rediss:",
    username: username || undefined,
    password: password || undefined,
    db: Number(database),
  };
}

function decode(part: string): string | undefined {
  try {
    return decodeURIComponent(part);
  } catch {
    return undefined;
  }
}
