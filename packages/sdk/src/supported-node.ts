import { TaskVitalsError } from "@taskvitals/core";

const LEAST_MAJOR = 22;
const LEAST_MINOR = 15;

/**
 * Refuses a Node.js that OpenTelemetry's SDK does not support, instead of failing later on something it lacks.
 *
 * @throws TaskVitalsError `UNSUPPORTED_NODE` naming both versions
 */
export function requireSupportedNode(version: string = process.versions.node): void {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  if (major > LEAST_MAJOR || (major === LEAST_MAJOR && minor >= LEAST_MINOR)) return;
  throw new TaskVitalsError(
    "UNSUPPORTED_NODE",
    `taskvitals needs Node.js ${LEAST_MAJOR}.${LEAST_MINOR} or newer; this is v${version}. Upgrade Node.js.`,
  );
}
