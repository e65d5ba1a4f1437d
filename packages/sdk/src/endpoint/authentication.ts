import { createHash, timingSafeEqual } from "node:crypto";
import { invalidOption } from "@taskvitals/core";

/** A user name and its password. */
export interface BasicCredentials {
  /** Not empty, without a colon. */
  readonly username: string;
  /** Not empty. */
  readonly password: string;
}

/** What a scrape must present. Without either it is open; with both either is enough. */
export interface AuthenticationOptions {
  /** Bearer token: printable ASCII without spaces. An empty one is refused with `INVALID_OPTION`. */
  readonly token?: string | undefined;
  /** Basic authentication, compared as UTF-8. An empty part is refused with `INVALID_OPTION`. */
  readonly basicAuth?: BasicCredentials | undefined;
  /**
   * A check of your own for basic authentication, such as against hashes that may change; beside {@link basicAuth} either is enough. What it throws
   * or rejects with counts as a refusal.
   */
  readonly verifyBasicAuth?: ((given: BasicCredentials) => boolean | Promise<boolean>) | undefined;
}

/** Checks the Authorization headers of scrapes. */
export interface Authenticator {
  /**
   * Whether the header's value grants access; a promise only where a check of the caller's own decides. Takes the same time for every wrong
   * value of one length, as far as it is ours.
   */
  accepts(authorization: string | undefined): boolean | Promise<boolean>;
  /** The WWW-Authenticate challenge to refuse with. */
  readonly challenge: string;
}

/** How an authenticator calls what it guards. */
export interface AuthenticatorNames {
  /** Path of the options, in errors. */
  readonly path: string;
  /** What a browser names when it asks for a password. */
  readonly realm: string;
}

/**
 * Creates the check, or `undefined` where no credential is set.
 *
 * @throws TaskVitalsError `INVALID_OPTION` for unusable credentials; its message never shows them.
 */
export function createAuthenticator(
  options: AuthenticationOptions = {},
  { path = "endpoint", realm = "metrics" }: Partial<AuthenticatorNames> = {},
): Authenticator | undefined {
  const bearer = options.token === undefined ? undefined : digest(checkedToken(options.token, path));
  const basic = options.basicAuth === undefined ? undefined : digest(checkedBasic(options.basicAuth, path));
  const verify = checkedVerification(options.verifyBasicAuth, path);
  if (bearer === undefined && basic === undefined && verify === undefined) return undefined;
  const challenges = [
    ...(bearer === undefined ? [] : [`Bearer realm="${realm}"`]),
    ...(basic === undefined && verify === undefined ? [] : [`Basic realm="${realm}", charset="UTF-8"`]),
  ];
  return {
    challenge: challenges.join(", "),
    accepts(authorization) {
      const [, scheme = "", value = ""] = /^(\w+) +(\S+)$/.exec(authorization ?? "") ?? [];
      switch (scheme.toLowerCase()) {
        case "bearer":
          return matches(bearer, Buffer.from(value, "latin1"));
        case "basic":
          return matches(basic, Buffer.from(value, "base64")) || (verify !== undefined && asked(verify, value));
        default:
          return false;
      }
    },
  };
}

type Verification = NonNullable<AuthenticationOptions["verifyBasicAuth"]>;

async function asked(verify: Verification, value: string): Promise<boolean> {
  const [, username, password] = /^([^:]+):(.+)$/s.exec(Buffer.from(value, "base64").toString("utf8")) ?? [];
  if (username === undefined || password === undefined) return false;
  try {
    return (await verify({ username, password })) === true;
  } catch {
    return false;
  }
}

function checkedVerification(verify: unknown, path: string): Verification | undefined {
  if (verify === undefined || typeof verify === "function") return verify as Verification | undefined;
  throw invalidOption({
    path: `${path}.verifyBasicAuth`,
    value: verify,
    expected: "a function that is given { username, password }",
  });
}

/** Digests have one length, so comparing them tells neither a secret's length nor its first wrong byte. */
function matches(expected: Buffer | undefined, presented: Buffer): boolean {
  return expected !== undefined && timingSafeEqual(expected, digest(presented));
}

function digest(value: string | Buffer): Buffer {
  return createHash("sha256").update(value).digest();
}

function checkedToken(token: unknown, path: string): string {
  if (typeof token === "string" && /^[\x21-\x7e]+$/.test(token)) return token;
  throw invalidOption({
    path: `${path}.token`,
    expected: "a string of printable ASCII characters without spaces, at least one",
    remedy: "Set a token, or leave the option out to serve without one.",
  });
}

function checkedBasic(credentials: Partial<Record<keyof BasicCredentials, unknown>> | null, path: string): string {
  const { username, password } = credentials ?? {};
  if (typeof username !== "string" || username === "" || /[:\p{Cc}]/u.test(username)) {
    throw invalidOption({
      path: `${path}.basicAuth.username`,
      expected: "a string without colons or control characters, at least one character",
      remedy: "Set a user name, or leave basicAuth out.",
    });
  }
  if (typeof password !== "string" || password === "") {
    throw invalidOption({
      path: `${path}.basicAuth.password`,
      expected: "a string of at least one character",
      remedy: "Set a password, or leave basicAuth out.",
    });
  }
  return `${username}:${password}`;
}
