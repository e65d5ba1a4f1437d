import { describe, expect, it } from "vitest";
import { planServices, services } from "./service-plan.ts";

const everything = [...services.flatMap(({ commands }) => commands), "apt-get"];

function machine(options: { without?: string[]; broken?: string[]; isRoot?: boolean }) {
  const present = everything.filter((command) => !options.without?.includes(command));
  return {
    has: (command: string) => present.includes(command),
    succeeds: (command: string) => !options.broken?.includes(command),
    isRoot: options.isRoot ?? false,
  };
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

  it("takes a command that is there and does not do what the tests need for a missing one", () => {
    expect(planServices(services, machine({ isRoot: true, broken: ["python3"] }))).toEqual({
      action: "install",
      missing: ["python3 with venv and ensurepip"],
      packages: ["python3-venv"],
    });
    expect(planServices(services, machine({ broken: ["ruby"] }))).toEqual({
      action: "fail",
      message: expect.stringContaining("gem install sidekiq"),
    });
  });

  it("names no formula where Homebrew has none, and says where to get it", () => {
    const plan = planServices(services, machine({ without: ["prometheus-redis-exporter", "go"] }));
    if (plan.action !== "fail") throw new Error(`expected a failure, got ${plan.action}`);
    expect(plan.message).toContain("apt-get install --no-install-recommends prometheus-redis-exporter golang-go\n");
    expect(plan.message).toContain("brew install go\n");
    expect(plan.message).toContain("redis_exporter from");
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
