import { expect, it } from "vitest";
import { httpTarget } from "../../src/doctor/http-target.ts";
import { httpPage, type PageReading } from "../../src/doctor/page-source.ts";
import { serve } from "./serve.ts";

async function read(body: string): Promise<PageReading> {
  const host = await serve((_, response) => void response.end(body));
  return httpPage(httpTarget(`http://${host}/metrics`, "--metrics")).read(new AbortController().signal);
}

it("reads the samples of a page", async () => {
  expect(await read('# TYPE task_active gauge\ntask_active{queue="mails"} 2\n')).toEqual({
    samples: [{ name: "task_active", labels: { queue: "mails" }, value: 2 }],
  });
});

it("takes a process that has nothing to tell for what it is", async () => {
  expect(await read('taskvitals_series_overflow_total{instrument="task_queue_length"} 0\n')).toEqual({ samples: [] });
});

it.each(["<html><body>task_active</body></html>", "", "node_cpu_seconds_total 1\n", "my_task_active 1\n"])(
  "says that %j is not the page of a process with taskvitals",
  async (body) => {
    expect(await read(body)).toEqual({ failure: "its answer has no metric of taskvitals; is it the right URL?" });
  },
);
