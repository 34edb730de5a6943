/** Decides which name somebody may have meant who wrote another one. */

/** The candidate with the fewest changed letters, if these are few; upper and lower case are one. */
export function nearestName(written: string, candidates: readonly string[]): string | undefined {
  const word = written.toLowerCase();
  const most = word.length <= 3 ? 1 : word.length <= 8 ? 2 : 3;
  let best: { name: string; changes: number } | undefined;
  for (const name of candidates) {
    if (Math.abs(name.length - word.length) > most) continue;
    const changes = changesBetween(word, name.toLowerCase());
    if (changes <= most && (best === undefined || changes < best.changes)) best = { name, changes };
  }
  return best?.name;
}

/** Letters to insert, remove or exchange; two neighbours that changed places count as one. */
function changesBetween(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let row = 1; row <= a.length; row++) {
    const current = [row];
    for (let column = 1; column <= b.length; column++) {
      const same = a[row - 1] === b[column - 1] ? 0 : 1;
      let changes = Math.min(current[column - 1]! + 1, last[column]! + 1, last[column - 1]! + same);
      if (row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1]) {
        changes = Math.min(changes, beforeLast[column - 2]! + 1);
      }
      current.push(changes);
    }
    beforeLast = last;
    last = current;
  }
  return last[b.length]!;
}
