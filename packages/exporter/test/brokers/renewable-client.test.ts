import { expect, it } from "vitest";
import { renewableClient } from "../../src/brokers/renewable-client.ts";

class Client {
  readonly #name: string;
  status = "ready";

  constructor(name: string) {
    this.#name = name;
  }

  name(): string {
    return this.#name;
  }
}

class Cluster extends Client {
  readonly slots: readonly string[] = [];
}

it("stands for the client that is current, and ends the one before", () => {
  const ended: string[] = [];
  const first = new Client("first");
  const { client, current, renew } = renewableClient<Client>(first, (replaced) => ended.push(replaced.name()));
  const { name } = client;
  expect([client.name(), name(), "slots" in client]).toEqual(["first", "first", false]);
  const second = new Cluster("second");
  renew(second);
  expect([client.name(), "slots" in client, ended]).toEqual(["second", true, ["first"]]);
  expect(current()).toBe(second);
  client.status = "end";
  expect([first.status, second.status]).toEqual(["ready", "end"]);
});
