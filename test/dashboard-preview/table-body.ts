import { writtenValue } from "./colors.ts";
import type { Transformation } from "./dashboard-model.ts";
import { fieldOptions } from "./field-options.ts";
import type { PanelBody } from "./page/picture.ts";
import type { PanelData } from "./panel-data.ts";

/** Pixels below which Grafana makes no column unless told to; a table that is too wide for its panel is scrolled. */
const DEFAULT_MIN_WIDTH = 150;

/** Cells by the name of their column. A cell that no query gave is missing. */
type Row = ReadonlyMap<string, number | string>;

interface Column {
  readonly name: string;
  /** A query's number; else a label. */
  readonly isValue: boolean;
}

interface Rows {
  readonly columns: readonly Column[];
  readonly rows: readonly Row[];
}

/** A panel of type `table`. */
export function tableBody(data: PanelData): PanelBody {
  const { panel } = data;
  const transformed = (panel.transformations ?? []).reduce(transform, readRows(data));
  const { columns, rows } = sorted(transformed, panel.options?.sortBy ?? []);
  const options = new Map(columns.map(({ name }) => [name, fieldOptions(panel, { name })]));
  return {
    kind: "table",
    columns: columns.map(({ name, isValue }) => {
      const { width, minWidth = DEFAULT_MIN_WIDTH } = options.get(name)?.custom ?? {};
      return { name, numeric: isValue, minWidth, ...(width !== undefined && { width }) };
    }),
    rows: rows.map((row) =>
      columns.map(({ name }) => {
        const value = row.get(name);
        const shown = options.get(name) as ReturnType<typeof fieldOptions>;
        if (value === undefined) return { text: shown.noValue ?? "" };
        const { text, color } = writtenValue(value, shown);
        const isColored = shown.custom?.cellOptions?.type === "color-text" && color !== undefined;
        return { text, ...(isColored && { color }), ...(shown.links !== undefined && { link: true }) };
      }),
    ),
  };
}

/** One row for each sample: its labels, and its value under the letter of the query where there are several queries. */
function readRows({ answers }: PanelData): Rows {
  const labels = new Set<string>();
  const values: string[] = [];
  const rows = answers.flatMap(({ target, samples }) => {
    const column = answers.length > 1 ? `Value #${target.refId}` : "Value";
    values.push(column);
    return samples.map(({ metric, value }): Row => {
      for (const label of Object.keys(metric)) labels.add(label);
      return new Map<string, number | string>([...Object.entries(metric), [column, value]]);
    });
  });
  const columns = [
    ...[...labels].map((name) => ({ name, isValue: false })),
    ...values.map((name) => ({ name, isValue: true })),
  ];
  return { columns, rows };
}

function transform(table: Rows, { id, options }: Transformation): Rows {
  if (id === "merge") return merged(table);
  if (id === "organize") return organized(table, options);
  throw new Error(`The preview does not know the transformation "${id}"`);
}

/** One row for all rows of the same labels, as long as they do not contradict each other. */
function merged({ columns, rows }: Rows): Rows {
  const found: Row[] = [];
  for (const row of rows) {
    const index = found.findIndex((other) =>
      columns.every(({ name, isValue }) =>
        isValue ? !(row.has(name) && other.has(name)) : row.get(name) === other.get(name),
      ),
    );
    if (index === -1) found.push(row);
    else found[index] = new Map([...(found[index] as Row), ...row]);
  }
  return { columns, rows: found };
}

function organized({ columns, rows }: Rows, options: Transformation["options"]): Rows {
  const { excludeByName = {}, indexByName = {}, renameByName = {} } = options;
  // A label may be called "constructor": only what the options themselves have counts.
  const place = (name: string): number =>
    Object.hasOwn(indexByName, name) ? Number(indexByName[name]) : columns.length;
  const renamed = (name: string): string => (Object.hasOwn(renameByName, name) ? String(renameByName[name]) : name);
  return {
    columns: columns
      .filter(({ name }) => !Object.hasOwn(excludeByName, name) || excludeByName[name] !== true)
      .toSorted((a, b) => place(a.name) - place(b.name))
      .map(({ name, isValue }) => ({ name: renamed(name), isValue })),
    rows: rows.map((row) => new Map([...row].map(([name, cell]) => [renamed(name), cell]))),
  };
}

function sorted({ columns, rows }: Rows, by: readonly { displayName: string; desc?: boolean }[]): Rows {
  const [order] = by;
  if (order === undefined) return { columns, rows };
  const key = (row: Row): number | string => row.get(order.displayName) ?? Number.NEGATIVE_INFINITY;
  const compare = (a: Row, b: Row): number => (key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : 0);
  return { columns, rows: rows.toSorted((a, b) => (order.desc === true ? compare(b, a) : compare(a, b))) };
}
