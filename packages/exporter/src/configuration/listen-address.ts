import { misconfigured } from "./misconfigured.ts";

/** Where to listen. */
export interface ListenAddress {
  /** Address or host name, without brackets; `undefined` for the default. */
  readonly host: string | undefined;
  /** Port; 0 for any free one. */
  readonly port: number;
}

/**
 * Port unless told otherwise. Prometheus' list of ports gives 9100 to 9999 to exporters and is full, and 9464 (with those after it) is what processes
 * with an OpenTelemetry SDK take; this one is outside of both and below the ports that systems give out by themselves.
 */
export const DEFAULT_PORT = 10_464;

/**
 * Reads an address as Prometheus' exporters take it: `host:port`, `[ipv6]:port`, or `:port` for all addresses.
 *
 * @throws TaskVitalsError `INVALID_OPTION`
 */
export function parseListenAddress(text: string, where: string): ListenAddress {
  const [, host = "", digits = ""] = /^(\[[\da-f:.]+\]|[a-z\d._-]*):(\d{1,5})$/i.exec(text.trim()) ?? [];
  const port = Number(digits);
  if (digits === "" || port > 65_535) {
    throw misconfigured({
      where,
      got: text,
      expected: `an address with a port, such as 127.0.0.1:${DEFAULT_PORT}, or :${DEFAULT_PORT} for all addresses`,
    });
  }
  return { host: host === "" ? "0.0.0.0" : host.replace(/^\[|\]$/g, ""), port };
}
