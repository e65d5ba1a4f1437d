/** A program the tests run, with the package that brings it on each system we name. */
export interface Service {
  /** Commands that must be on PATH. */
  readonly commands: readonly string[];
  /** A call of one of them that must succeed, for what its presence alone does not tell. */
  readonly probe?: { readonly command: string; readonly args: readonly string[]; readonly provides: string };
  readonly debianPackage: string;
  /** Formula of Homebrew, where there is one. */
  readonly homebrewFormula?: string;
  /** How to get it where Homebrew has none. */
  readonly elsewhere?: string;
}

/** What the tests of the whole project need besides Node.js. */
export const services: readonly Service[] = [
  { commands: ["redis-server", "redis-cli"], debianPackage: "redis-server", homebrewFormula: "redis" },
  { commands: ["prometheus", "promtool"], debianPackage: "prometheus", homebrewFormula: "prometheus" },
  { commands: ["docker-compose"], debianPackage: "docker-compose", homebrewFormula: "docker-compose" },
  {
    commands: ["victoria-metrics"],
    debianPackage: "victoria-metrics",
    elsewhere: "VictoriaMetrics 1.79 or newer, single-node, on PATH as victoria-metrics",
  },
  {
    commands: ["prometheus-redis-exporter"],
    debianPackage: "prometheus-redis-exporter",
    elsewhere: "redis_exporter from github.com/oliver006/redis_exporter, on PATH as prometheus-redis-exporter",
  },
  {
    commands: ["ruby", "sidekiq"],
    probe: { command: "ruby", args: ["-e", 'require "sidekiq"'], provides: 'ruby with the gem "sidekiq"' },
    debianPackage: "ruby-sidekiq",
    elsewhere: "gem install sidekiq --version 6.4.1",
  },
  {
    commands: ["ruby"],
    probe: {
      command: "ruby",
      args: ["-e", 'require "redis-namespace"'],
      provides: 'ruby with the gem "redis-namespace"',
    },
    debianPackage: "ruby-redis-namespace",
    elsewhere: "gem install redis-namespace",
  },
  {
    commands: ["python3"],
    probe: { command: "python3", args: ["-c", "import ensurepip, venv"], provides: "python3 with venv and ensurepip" },
    debianPackage: "python3-venv",
    homebrewFormula: "python",
  },
  { commands: ["openssl"], debianPackage: "openssl", homebrewFormula: "openssl" },
  { commands: ["chromium"], debianPackage: "chromium", homebrewFormula: "chromium" },
  { commands: ["go"], debianPackage: "golang-go", homebrewFormula: "go" },
];

/** What is known about the machine. */
export interface Machine {
  /** Whether a command is on PATH. */
  readonly has: (command: string) => boolean;
  /** Whether a call of a command succeeds. */
  readonly succeeds: (command: string, args: readonly string[]) => boolean;
  /** True when system packages may be installed without asking. */
  readonly isRoot: boolean;
}

/** What to do about the services: nothing, install packages, or stop and say why. */
export type ServicePlan =
  | { readonly action: "none" }
  | { readonly action: "install"; readonly missing: readonly string[]; readonly packages: readonly string[] }
  | { readonly action: "fail"; readonly message: string };

/** Decides from what is missing: install as root where there is apt-get, fail with instructions everywhere else. */
export function planServices(needed: readonly Service[], machine: Machine): ServicePlan {
  const absent = needed.filter((service) => lacks(service, machine).length > 0);
  if (absent.length === 0) return { action: "none" };
  const missing = absent.flatMap((service) => lacks(service, machine));
  const packages = absent.map(({ debianPackage }) => debianPackage);
  if (machine.isRoot && machine.has("apt-get")) return { action: "install", missing, packages };
  return { action: "fail", message: instructions(absent, missing, packages) };
}

function lacks({ commands, probe }: Service, machine: Machine): readonly string[] {
  const missing = commands.filter((command) => !machine.has(command));
  if (missing.length > 0 || probe === undefined || machine.succeeds(probe.command, probe.args)) return missing;
  return [probe.provides];
}

/** The text for someone who has to install the services by hand. */
function instructions(absent: readonly Service[], missing: readonly string[], packages: readonly string[]): string {
  const formulas = absent.flatMap(({ homebrewFormula }) => homebrewFormula ?? []);
  const others = absent.flatMap(({ elsewhere }) => elsewhere ?? []);
  const lines = [
    `  Debian, Ubuntu    sudo apt-get update && sudo apt-get install --no-install-recommends ${packages.join(" ")}`,
    ...(formulas.length > 0 ? [`  macOS (Homebrew)  brew install ${formulas.join(" ")}`] : []),
    ...others.map((other) => `  without apt-get   ${other}`),
  ];
  return `The tests need programs that are not on PATH: ${missing.join(", ")}. Install them and run the tests again.

${lines.join("\n")}

The first of each name on PATH is the one that counts: a version manager's may hide the system's.
No service has to be running: the tests start their own on free loopback ports. \`npm run test:unit\` needs none of them.
`;
}
