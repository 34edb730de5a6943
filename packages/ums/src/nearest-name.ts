/** Decides which name was probably meant by one that is unknown: the one that a few letters part from it. */

/** Undefined when none differs by at most two letters, fewer for short names. */
export function nearestName(name: string, known: Iterable<string>): string | undefined {
  let best: string | undefined;
  let least = Math.min(3, Math.ceil(name.length / 2));
  for (const candidate of known) {
    const distance = lettersBetween(name.toLowerCase(), candidate.toLowerCase());
    if (distance < least) [best, least] = [candidate, distance];
  }
  return best;
}

/** Letters to add, leave out or change. */
function lettersBetween(from: string, to: string): number {
  let above = Array.from({ length: to.length + 1 }, (_, at) => at);
  for (const [row, letter] of [...from].entries()) {
    const next = [row + 1];
    for (let at = 1; at < above.length; at++) {
      const changed = (above[at - 1] ?? 0) + (to[at - 1] === letter ? 0 : 1);
      next.push(Math.min(changed, (above[at] ?? 0) + 1, (next[at - 1] ?? 0) + 1));
    }
    above = next;
  }
  return above.at(-1) ?? 0;
}
