import { describe, expect, it } from "vitest";
import { planServices, services } from "./service-plan.ts";

const everything = [...services.flatMap(({ commands }) => commands), "apt-get"];

function machine(options: { without?: string[]; isRoot?: boolean }) {
  const present = everything.filter((command) => !options.without?.includes(command));
  return { has: (command: string) => present.includes(command), isRoot: options.isRoot ?? false };
}

describe("planServices", () => {
  it("does nothing when every command is there, whoever runs it", () => {
    expect(planServices(services, machine({}))).toEqual({ action: "none" });
    expect(planServices(services, machine({ isRoot: true, without: ["apt-get"] }))).toEqual({ action: "none" });
  });

  it("installs exactly the packages of the missing commands as root on Debian", () => {
    expect(planServices(services, machine({ isRoot: true, without: ["promtool", "redis-cli"] }))).toEqual({
      action: "install",
      missing: ["redis-cli", "promtool"],
      packages: ["redis-server", "prometheus"],
    });
  });

  it.each([
    { who: "a user on Debian", isRoot: false, without: ["redis-server", "redis-cli", "docker-compose"] },
    { who: "root elsewhere", isRoot: true, without: ["redis-server", "redis-cli", "docker-compose", "apt-get"] },
  ])("fails for $who with what is missing and a line for each system", ({ isRoot, without }) => {
    const plan = planServices(services, machine({ isRoot, without }));
    if (plan.action !== "fail") throw new Error(`expected a failure, got ${plan.action}`);
    expect(plan.message).toContain("not on PATH: redis-server, redis-cli, docker-compose.");
    expect(plan.message).toContain("apt-get install --no-install-recommends redis-server docker-compose\n");
    expect(plan.message).toContain("brew install redis docker-compose\n");
    expect(plan.message).not.toContain("prometheus");
  });
});
