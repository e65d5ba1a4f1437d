/** A program the tests run, with the package that brings it on each system we name. */
export interface Service {
  /** Commands that must be on PATH. */
  readonly commands: readonly string[];
  readonly debianPackage: string;
  readonly homebrewFormula: string;
}

/** What the tests of the whole project need besides Node.js. */
export const services: readonly Service[] = [
  { commands: ["redis-server", "redis-cli"], debianPackage: "redis-server", homebrewFormula: "redis" },
  { commands: ["prometheus", "promtool"], debianPackage: "prometheus", homebrewFormula: "prometheus" },
  { commands: ["docker-compose"], debianPackage: "docker-compose", homebrewFormula: "docker-compose" },
];

/** What is known about the machine. */
export interface Machine {
  /** Whether a command is on PATH. */
  readonly has: (command: string) => boolean;
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
  const absent = needed.filter(({ commands }) => !commands.every(machine.has));
  if (absent.length === 0) return { action: "none" };
  const missing = absent.flatMap(({ commands }) => commands).filter((command) => !machine.has(command));
  const packages = absent.map(({ debianPackage }) => debianPackage);
  if (machine.isRoot && machine.has("apt-get")) return { action: "install", missing, packages };
  const formulas = absent.map(({ homebrewFormula }) => homebrewFormula);
  return { action: "fail", message: instructions(missing, packages, formulas) };
}

/** The text for someone who has to install the services by hand. */
function instructions(missing: readonly string[], packages: readonly string[], formulas: readonly string[]): string {
  return `The tests need programs that are not on PATH: ${missing.join(", ")}. Install them and run the tests again.

  Debian, Ubuntu    sudo apt-get update && sudo apt-get install --no-install-recommends ${packages.join(" ")}
  macOS (Homebrew)  brew install ${formulas.join(" ")}

No service has to be running: the tests start their own on free loopback ports. \`npm run test:unit\` needs none of them.
`;
}
