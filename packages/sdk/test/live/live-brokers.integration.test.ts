import type { LiveChange, LiveState, QueueRow } from "@taskvitals/live";
import { Redis } from "ioredis";
import { expect, onTestFinished, test } from "vitest";
import { type RedisServer, startRedis } from "../../../../test/services/index.ts";
import { ask } from "../endpoint/http-client.ts";
import { connectRaw } from "../endpoint/raw-client.ts";
import { startVitals } from "../start-vitals.ts";

interface Page {
  /** Every event so far, in its order. */
  events(): readonly (LiveState & LiveChange)[];
  /** Resolves to the events from the given number on, once one of them satisfies; fails after a while. */
  until(from: number, satisfies: (rows: ReadonlyMap<string, QueueRow>) => boolean): Promise<number>;
}

/** Listens as the page does. */
async function listen(port: number): Promise<Page> {
  const client = await connectRaw(port);
  client.send("GET /live/events HTTP/1.0\r\n\r\n");
  await client.sees(/event: state\ndata: .*\n\n/);
  const events = (): readonly (LiveState & LiveChange)[] =>
    client
      .received()
      .split("\n\n")
      .slice(0, -1)
      .flatMap((text) => /^data: (.*)$/m.exec(text)?.[1] ?? [])
      .map((json) => JSON.parse(json) as LiveState & LiveChange);
  return {
    events,
    until: async (from, satisfies) => {
      let found = -1;
      await expect
        .poll(
          () => {
            const rows = new Map<string, QueueRow>();
            found = events().findIndex(({ goneQueues = [], queues }, nth) => {
              for (const queue of goneQueues) rows.delete(queue);
              for (const row of queues) rows.set(row.queue, row);
              return nth >= from && satisfies(rows);
            });
            return found;
          },
          { timeout: 60_000 },
        )
        .not.toBe(-1);
      return found;
    },
  };
}

async function redis(): Promise<RedisServer> {
  const server = await startRedis();
  onTestFinished(() => server.stop());
  return server;
}

test("killed and frozen brokers are said within two ticks, and are well again within two after they are back", async () => {
  const [killed, frozen] = [await redis(), await redis()];
  const filler = new Redis(frozen.url);
  await filler.rpush("there", "a", "b", "c");
  filler.disconnect();
  const { scrape, vitals } = await startVitals({
    brokers: { killed: killed.url, frozen: frozen.url },
    queues: [
      { layout: "list", name: "gone", broker: "killed" },
      { layout: "list", name: "there", broker: "frozen" },
    ],
    // A reading that waits this long is not yet followed by a longer rest than others.
    readDeadlineMs: 90,
    runtimeMetrics: false,
    environment: { TASKVITALS_LIVE_PAGE: "true" },
  });
  const page = await listen(vitals.endpoint?.port ?? 0);
  const ready = await page.until(0, (rows) => rows.get("gone")?.ready === 0 && rows.get("there")?.ready === 3);
  expect(page.events()[ready]?.answers.health).toBe("healthy");
  // The numbers of the page and of a scrape are the same.
  const metrics = await scrape();
  expect(["gone", "there"].map((queue) => metrics.value("task_queue_length", { queue }))).toEqual([0, 3]);

  frozen.freeze();
  onTestFinished(() => frozen.resume());
  await killed.kill();
  const before = page.events().length;
  const said = await page.until(before, (rows) =>
    ["gone", "there"].every((queue) => rows.get(queue)?.verdict === "blind" && rows.get(queue)?.ready === undefined),
  );
  expect(said).toBeLessThan(before + 2);
  const { answers, brokers } = page.events()[said] ?? {};
  expect(brokers?.map(({ verdict }) => verdict)).toEqual(["away", "away"]);
  expect(answers?.health).toBe("attention");
  const origin = new URL(vitals.endpoint?.url ?? "").origin;
  const { queues } = JSON.parse((await ask(`${origin}/live/state`)).text) as LiveState;
  expect(queues.find(({ queue }) => queue === "there")).toMatchObject({
    reason: "timeout",
    readAt: expect.any(Number),
  });
  expect(queues.find(({ queue }) => queue === "gone")?.reason).toMatch(/^(refused|timeout)$/);

  frozen.resume();
  await killed.restart();
  const back = page.events().length;
  const well = await page.until(back, (rows) =>
    ["gone", "there"].every((queue) => rows.get(queue)?.verdict === "healthy"),
  );
  expect(well).toBeLessThan(back + 2);
  const again = page.events()[well];
  expect(again?.answers.health).toBe("healthy");
  const curves = JSON.parse((await ask(`${origin}/live/history?queue=there`)).text) as {
    readonly curves: { readonly ready: readonly (number | null)[] };
  };
  expect(curves.curves.ready).toContain(null);
  expect(curves.curves.ready.at(-1)).toBe(3);
});
