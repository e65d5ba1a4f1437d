import { TaskVitalsError } from "@taskvitals/core";
import { expect, test } from "vitest";
import { type AuthenticationOptions, createAuthenticator } from "../../src/endpoint/authentication.ts";

const basic = (username: string, password: string, encoding: BufferEncoding = "utf8"): string =>
  `Basic ${Buffer.from(`${username}:${password}`, encoding).toString("base64")}`;

test("without credentials there is nothing to check", () => {
  expect(createAuthenticator()).toBeUndefined();
  expect(createAuthenticator({ token: undefined, basicAuth: undefined })).toBeUndefined();
});

test.each(["Bearer s3cret-token", "bearer s3cret-token", "BEARER   s3cret-token"])("the token opens: %j", (header) => {
  expect(createAuthenticator({ token: "s3cret-token" })?.accepts(header)).toBe(true);
});

test.each([
  undefined,
  "",
  "Bearer",
  "Bearer ",
  "s3cret-token",
  "Bearer s3cret-toke",
  "Bearer s3cret-token2",
  "Bearer s3cret-token extra",
  "Bearer S3CRET-TOKEN",
  "Basic s3cret-token",
  basic("", "s3cret-token"),
])("%j does not open what a token protects", (header) => {
  expect(createAuthenticator({ token: "s3cret-token" })?.accepts(header)).toBe(false);
});

test("user name and password open, in UTF-8, colons in the password included", () => {
  const authenticator = createAuthenticator({ basicAuth: { username: "prömetheus", password: "pa:ss wörd" } });
  expect(authenticator?.accepts(basic("prömetheus", "pa:ss wörd"))).toBe(true);
  expect(authenticator?.accepts(basic("prömetheus", "pa:ss wörd").replace("Basic", "basic"))).toBe(true);
});

test.each([
  basic("prometheus", "wrong"),
  basic("wrong", "pass"),
  basic("prometheus", ""),
  basic("", ""),
  basic("prometheus:pass", ""),
  "Basic",
  "Basic %%%",
  "Basic prometheus:pass",
  "Bearer pass",
])("%j does not open what a password protects", (header) => {
  expect(createAuthenticator({ basicAuth: { username: "prometheus", password: "pass" } })?.accepts(header)).toBe(false);
});

test("with both set, either opens and both are offered", () => {
  const authenticator = createAuthenticator({ token: "t", basicAuth: { username: "u", password: "p" } });
  expect(authenticator?.accepts("Bearer t")).toBe(true);
  expect(authenticator?.accepts(basic("u", "p"))).toBe(true);
  expect(authenticator?.accepts("Bearer p")).toBe(false);
  expect(authenticator?.challenge).toBe('Bearer realm="metrics", Basic realm="metrics", charset="UTF-8"');
});

const unusable: [string, unknown, string][] = [
  ["an empty token", { token: "" }, "endpoint.token"],
  ["a token with a line break", { token: "hunter2\n" }, "endpoint.token"],
  ["a token with a space", { token: "hunter2 hunter2" }, "endpoint.token"],
  ["a token outside ASCII", { token: "hunter2ü" }, "endpoint.token"],
  ["a token that is no string", { token: 42 }, "endpoint.token"],
  [
    "a user name with a colon",
    { basicAuth: { username: "hunter2:", password: "hunter2" } },
    "endpoint.basicAuth.username",
  ],
  ["an empty user name", { basicAuth: { username: "", password: "hunter2" } }, "endpoint.basicAuth.username"],
  ["an empty password", { basicAuth: { username: "u", password: "" } }, "endpoint.basicAuth.password"],
  ["a missing password", { basicAuth: { username: "u" } }, "endpoint.basicAuth.password"],
  ["null", { basicAuth: null }, "endpoint.basicAuth.username"],
];

test.each(unusable)("%s is refused without being shown", (_, options, path) => {
  const refusal = (() => {
    try {
      return createAuthenticator(options as AuthenticationOptions);
    } catch (error) {
      return error;
    }
  })();
  expect(refusal).toBeInstanceOf(TaskVitalsError);
  expect(refusal).toMatchObject({ code: "INVALID_OPTION", message: expect.stringMatching(`^${path}: expected `) });
  expect((refusal as Error).message).not.toContain("hunter2");
});

test("a check of the caller's own decides over basic authentication, beside the fixed credentials", async () => {
  const authenticator = createAuthenticator({
    basicAuth: { username: "fixed", password: "fixed" },
    verifyBasicAuth: async ({ username, password }) => username === "ann" && password === "pa:ss",
  });
  expect(authenticator?.challenge).toBe('Basic realm="metrics", charset="UTF-8"');
  expect(await authenticator?.accepts(basic("ann", "pa:ss"))).toBe(true);
  expect(await authenticator?.accepts(basic("ann", "pass"))).toBe(false);
  expect(await authenticator?.accepts(basic("", "pa:ss"))).toBe(false);
  expect(await authenticator?.accepts("Basic nothing")).toBe(false);
  expect(authenticator?.accepts(basic("fixed", "fixed"))).toBe(true);
  expect(authenticator?.accepts("Bearer ann")).toBe(false);
});

test.each([
  () => Promise.reject(new Error("broken")),
  () => {
    throw new Error("broken");
  },
  () => "yes" as unknown as boolean,
])("a check that fails, or does not say true, refuses", async (verifyBasicAuth) => {
  expect(await createAuthenticator({ verifyBasicAuth })?.accepts(basic("ann", "pass"))).toBe(false);
});

test("a check that is no function is refused", () => {
  const verifyBasicAuth = "ann:pass" as unknown as () => boolean;
  expect(() => createAuthenticator({ verifyBasicAuth })).toThrow(
    /^endpoint\.verifyBasicAuth: got "ann:pass"; expected/,
  );
});
