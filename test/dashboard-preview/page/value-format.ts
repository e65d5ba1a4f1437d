/** How a number is written: a unit of Grafana's by its id, and digits after the point. */
export interface ValueFormat {
  readonly unit: string;
  readonly decimals?: number;
}

type Writer = (value: number, decimals: number | undefined) => string;

const bytes = scaled(1024, [" B", " KiB", " MiB", " GiB", " TiB", " PiB"]);

/** The units that the dashboards use, written as Grafana writes them. */
const writers: Readonly<Record<string, Writer>> = {
  none: fixed,
  short: scaled(1000, ["", " K", " Mil", " Bil", " Tri"]),
  percent: (value, decimals) => `${fixed(value, decimals)}%`,
  percentunit: (value, decimals) => `${fixed(value * 100, decimals)}%`,
  cpm: scaled(1000, [" c/m", "K c/m", "M c/m", "B c/m"]),
  bytes,
  gbytes: (value, decimals) => bytes(value * 1024 ** 3, decimals),
  s: seconds,
};

/** Whether {@link formatValue} can write the unit. */
export function isKnownUnit(unit: string): boolean {
  return Object.hasOwn(writers, unit);
}

/** Units whose axis is divided in powers of two. */
export function isBinaryUnit(unit: string): boolean {
  return unit === "bytes" || unit === "gbytes";
}

/** Writes a value with its unit. @throws Error on a unit that is not known */
export function formatValue(value: number, { unit, decimals }: ValueFormat): string {
  const write = writers[unit];
  if (write === undefined) throw new Error(`The preview cannot write the unit "${unit}"`);
  if (Number.isNaN(value)) return "NaN";
  if (!Number.isFinite(value)) return value > 0 ? "∞" : "-∞";
  return write(value, decimals);
}

/** Writes a value beside an axis: no digits that say nothing. @throws Error on a unit that is not known */
export function formatTick(value: number, unit: string): string {
  // What adding steps leaves behind would be written as digits.
  const text = formatValue(Number(value.toPrecision(12)), { unit });
  return text.replace(/(\.\d*?)0+(?!\d)/, "$1").replace(/\.(?!\d)/, "");
}

function fixed(value: number, decimals: number | undefined): string {
  return value === 0 ? "0" : value.toFixed(decimals ?? usualDecimals(value));
}

/** Grafana's own choice: three figures, none after the point of a whole number. */
function usualDecimals(value: number): number {
  if (value % 1 === 0) return 0;
  return Math.min(12, Math.max(0, 2 - Math.floor(Math.log10(Math.abs(value)))));
}

function scaled(factor: number, names: readonly string[]): Writer {
  return (value, decimals) => {
    let rest = value;
    let step = 0;
    while (Math.abs(rest) >= factor && step < names.length - 1) {
      rest /= factor;
      step++;
    }
    return fixed(rest, decimals) + names[step];
  };
}

const times: readonly (readonly [below: number, size: number, name: string])[] = [
  [1e-6, 1e-9, " ns"],
  [1e-3, 1e-6, " µs"],
  [1, 1e-3, " ms"],
  [60, 1, " s"],
  [3600, 60, " min"],
  [86_400, 3600, " hours"],
  [604_800, 86_400, " days"],
  [31_536_000, 604_800, " weeks"],
  [Number.POSITIVE_INFINITY, 31_536_000, " years"],
];

function seconds(value: number, decimals: number | undefined): string {
  if (value === 0) return "0 s";
  const [, size, name] = times.find(([below]) => Math.abs(value) < below) ?? [0, 1, " s"];
  // What division by 0.001 leaves behind would be written as digits.
  return fixed(Number((value / size).toPrecision(12)), decimals) + name;
}
