import { expect, it } from "vitest";
import { ask, httpTarget } from "../../src/doctor/http-target.ts";
import { serve } from "./serve.ts";

const never = new AbortController().signal;

it("sends user and password as a header, and reads the answer", async () => {
  const seen: (string | undefined)[] = [];
  const host = await serve(({ headers }, response) => {
    seen.push(headers.authorization);
    response.end("a 1\n");
  });
  expect(await ask(httpTarget(`http://ann:s3cr3t@${host}/metrics`, "--metrics"), never)).toEqual({ text: "a 1\n" });
  expect(seen).toEqual([`Basic ${Buffer.from("ann:s3cr3t").toString("base64")}`]);
});

it("says in words why there is no answer, and repeats no credential", async () => {
  const host = await serve(({ url }, response) => {
    response.statusCode = url === "/guarded" ? 401 : 503;
    response.end("s3cr3t");
  });
  const target = (path: string): ReturnType<typeof httpTarget> =>
    httpTarget(`http://ann:s3cr3t@${host}${path}`, "--metrics");
  expect(await ask(target("/guarded"), never)).toEqual({ failure: "it refuses the login (status 401)" });
  expect(await ask(target("/other"), never)).toEqual({ failure: "it answers with status 503" });
  const nobody = httpTarget("http://ann:s3cr3t@127.0.0.1:1/", "--metrics");
  expect(await ask(nobody, never)).toMatchObject({ failure: expect.not.stringContaining("s3cr3t") });
});

it("gives up at once when it is asked to", async () => {
  const host = await serve(() => {});
  const interruption = new AbortController();
  const answer = ask(httpTarget(`http://${host}/`, "--metrics"), interruption.signal);
  interruption.abort();
  expect(await answer).toEqual({ failure: "the connection failed" });
});
