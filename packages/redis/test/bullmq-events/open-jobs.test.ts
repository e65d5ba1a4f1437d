import { describe, expect, it } from "vitest";
import { type OpenJob, OpenJobs } from "../../src/bullmq-events/open-jobs.ts";
import { recordedTasks } from "../celery-events/recorded-tasks.ts";

function job(stream: string, id: string, run?: OpenJob["run"]): OpenJob {
  return { stream, id, name: `name-${id}`, isFirst: true, readyMs: undefined, startedMs: undefined, run };
}

describe("jobs that have not ended", () => {
  it("are told apart by stream and id; the oldest goes, with its run, when there are too many", () => {
    let overflows = 0;
    const jobs = new OpenJobs(2, () => {
      overflows += 1;
    });
    const { active, tasks } = recordedTasks();
    jobs.add(job("a", "1", tasks.start("send", { queue: "mails" })));
    jobs.add(job("b", "1"));
    expect([jobs.size, overflows, active()]).toEqual([2, 0, { mails: 1 }]);
    jobs.add(job("b", "2"));
    expect([jobs.size, overflows, active()]).toEqual([2, 1, { mails: 0 }]);
    expect([jobs.find("a", "1"), jobs.find("b", "1")?.name]).toEqual([undefined, "name-1"]);
    expect([...jobs.newest(1)].map(({ id }) => id)).toEqual(["2"]);
    expect([...jobs.newest(5)].map(({ id }) => id)).toEqual(["1", "2"]);
    jobs.clear("b");
    expect(jobs.size).toBe(0);
  });

  it("leave their names when they fail, until another takes their id", () => {
    const jobs = new OpenJobs(9, () => {});
    jobs.removeFailed(jobs.add(job("a", "1")));
    expect([jobs.size, jobs.nameOfFailed("a", "1")]).toEqual([0, "name-1"]);
    jobs.add(job("a", "1"));
    expect(jobs.nameOfFailed("a", "1")).toBeUndefined();
    for (let id = 0; id <= 10_000; id++) jobs.removeFailed(jobs.add(job("a", String(id))));
    expect([jobs.nameOfFailed("a", "0"), jobs.nameOfFailed("a", "10000")]).toEqual([undefined, "name-10000"]);
  });
});
