import type { CellText } from "./cell-text.ts";
import type { Phrase } from "./phrases/phrase.ts";
import type { Voice } from "./voice.ts";

/** A column of a table. */
export interface TableColumn<Row> {
  /** Its name, in code. */
  readonly key: string;
  /** Its heading. */
  readonly name: Phrase;
  /** What stands in it. */
  readonly text: (row: Row, voice: Voice, now: number) => CellText;
  /** What its rows are sorted by: a number, the largest first at first; or a text. What is `undefined` goes last. Absent: the order of the server. */
  readonly value?: (row: Row) => number | string | undefined;
  /** Draws its cell where that is more than a text; drawn anew when the text differs. */
  readonly draw?: (row: Row, voice: Voice) => Node;
}

/** What a table is sorted by. */
export interface TableOrder {
  /** Key of a column. */
  readonly by: string;
  /** Whether the largest, or in the order of the server the worst, comes first. */
  readonly isDescending: boolean;
}

/** The rows in an order; what is not known goes last either way. */
export function sortedRows<Row>(
  rows: readonly Row[],
  columns: readonly TableColumn<Row>[],
  { by, isDescending }: TableOrder,
): readonly Row[] {
  const sortedBy = columns.find(({ key }) => key === by)?.value;
  if (sortedBy === undefined) return isDescending ? rows : rows.toReversed();
  const sign = isDescending ? -1 : 1;
  return rows.toSorted((one, two) => {
    const [first, second] = [sortedBy(one), sortedBy(two)];
    if (first === undefined || second === undefined) return Number(first === undefined) - Number(second === undefined);
    return first === second ? 0 : first < second ? -sign : sign;
  });
}
