import { expect, it } from "vitest";
import { readPage } from "../../src/compare/metrics-page.ts";
import { httpTarget } from "../../src/doctor/http-target.ts";
import { serve } from "../doctor/serve.ts";

const read = (url: string): ReturnType<typeof readPage> =>
  readPage(httpTarget(url, "--with"), new AbortController().signal);

it.each<[string, number, string, string]>([
  ["a web page", 200, "<!DOCTYPE html><p>hello", "its answer is a web page, not metrics; is the path right?"],
  ["a path that is not there", 404, "", "it answers with status 404; is the path right? Most exporters have /metrics"],
  ["a guarded page", 401, "s3cr3t", "it refuses the login (status 401); give user and password in the URL, or a token"],
])("says of %s what to do", async (_, status, body, words) => {
  const host = await serve((_request, response) => {
    response.statusCode = status;
    response.end(body);
  });
  const page = await read(`http://ann:s3cr3t@${host}/x`);
  expect(page).toMatchObject({ failure: expect.stringContaining(words) });
  expect(JSON.stringify(page)).not.toContain("s3cr3t");
});

it("says of a server that is not there, and of one without TLS, what to do", async () => {
  expect(await read("http://127.0.0.1:1/metrics")).toMatchObject({
    failure: expect.stringMatching(/fetch\(\) refuses|does it run/),
  });
  const host = await serve((_, response) => void response.end("a 1\n"));
  expect(await read(`https://${host}/metrics`)).toMatchObject({
    failure: expect.stringContaining("does not speak TLS"),
  });
});

it("reads the samples that some exporter is known by", async () => {
  const host = await serve((_, response) => void response.end('other 1\ntask_queue_length{queue="a"} 2\n'));
  expect(await read(`http://${host}/metrics`)).toMatchObject({ samples: [{ name: "task_queue_length", value: 2 }] });
});
