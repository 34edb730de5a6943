/** Decides which name was probably meant by one that is unknown: the one that a few letters part from it. */

/** Upper and lower case are one. Undefined when every name differs by too many letters: more than three, fewer for short names. */
export function nearestName(name: string, known: Iterable<string>): string | undefined {
  const written = name.toLowerCase();
  let best: string | undefined;
  let least = mostLetters(written.length) + 1;
  for (const candidate of known) {
    if (Math.abs(candidate.length - written.length) >= least) continue;
    const letters = lettersBetween(written, candidate.toLowerCase());
    if (letters < least) [best, least] = [candidate, letters];
  }
  return best;
}

/** The nearest name as a hint; undefined where there is none. */
export function didYouMean(name: string, known: Iterable<string>): string | undefined {
  const near = nearestName(name, known);
  return near === undefined ? undefined : `Did you mean ${near}?`;
}

function mostLetters(length: number): number {
  if (length <= 2) return 0;
  return length <= 3 ? 1 : length <= 8 ? 2 : 3;
}

/** Letters to add, leave out or change; two neighbours that changed places count as one. */
function lettersBetween(from: string, to: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: to.length + 1 }, (_, at) => at);
  for (let row = 1; row <= from.length; row++) {
    const current = [row];
    for (let column = 1; column <= to.length; column++) {
      const changed = last[column - 1]! + (from[row - 1] === to[column - 1] ? 0 : 1);
      let letters = Math.min(changed, last[column]! + 1, current[column - 1]! + 1);
      const isSwapped = row > 1 && column > 1 && from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1];
      if (isSwapped) letters = Math.min(letters, beforeLast[column - 2]! + 1);
      current.push(letters);
    }
    [beforeLast, last] = [last, current];
  }
  return last[to.length]!;
}
