/**
 * The known name that was most likely meant, as a sentence: `Did you mean "queues"?`; `undefined` where none is near. Spelling in capitals, with
 * `-`, `_` or neither is no difference.
 */
export function suggestion(given: string, known: readonly string[]): string | undefined {
  const wanted = bare(given);
  const ranked = known
    .map((name) => ({ name, distance: distance(wanted, bare(name)) }))
    .sort((one, other) => one.distance - other.distance);
  const [nearest] = ranked;
  const isNear = nearest !== undefined && nearest.distance <= Math.max(1, Math.floor(wanted.length / 3));
  const longer = known.find((name) => wanted.length > 1 && bare(name).startsWith(wanted));
  const meant = isNear ? nearest.name : longer;
  return meant === undefined ? undefined : `Did you mean "${meant}"?`;
}

function bare(name: string): string {
  return name.toLowerCase().replace(/[^a-z\d]/g, "");
}

/** Edits (insertion, deletion, substitution) that make one text of the other: Levenshtein's distance. */
function distance(one: string, other: string): number {
  let previous = Array.from({ length: other.length + 1 }, (_, index) => index);
  for (let row = 1; row <= one.length; row++) {
    const current = [row];
    for (let column = 1; column <= other.length; column++) {
      const substitution = (previous[column - 1] ?? 0) + (one[row - 1] === other[column - 1] ? 0 : 1);
      current.push(Math.min(substitution, (previous[column] ?? 0) + 1, (current[column - 1] ?? 0) + 1));
    }
    previous = current;
  }
  return previous[other.length] ?? 0;
}
