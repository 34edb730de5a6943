/** Decides how the change of a text of several lines is shown: line by line, what goes with a minus, what comes with a plus. */

/** Lines that stay begin with two spaces. */
export function changedLines(is: string, asked: string): string[] {
  const [before, after] = [is.trimEnd().split('\n'), asked.trimEnd().split('\n')];
  const kept = longestCommon(before, after);
  const lines: string[] = [];
  let [from, to] = [0, 0];
  for (const [stayFrom, stayTo] of [...kept, [before.length, after.length] as const]) {
    while (from < stayFrom) lines.push(`- ${before[from++]}`);
    while (to < stayTo) lines.push(`+ ${after[to++]}`);
    if (from < before.length && to < after.length) lines.push(`  ${before[from]}`);
    from++;
    to++;
  }
  return lines;
}

/** The most lines that both have in the same order, as pairs of their places. */
function longestCommon(before: readonly string[], after: readonly string[]): (readonly [number, number])[] {
  const lengths = Array.from({ length: before.length + 1 }, () => new Uint32Array(after.length + 1));
  for (let from = before.length - 1; from >= 0; from--) {
    for (let to = after.length - 1; to >= 0; to--) {
      lengths[from]![to] =
        before[from] === after[to]
          ? lengths[from + 1]![to + 1]! + 1
          : Math.max(lengths[from + 1]![to]!, lengths[from]![to + 1]!);
    }
  }
  const pairs: (readonly [number, number])[] = [];
  let [from, to] = [0, 0];
  while (from < before.length && to < after.length) {
    if (before[from] === after[to]) pairs.push([from++, to++]);
    else if (lengths[from + 1]![to]! >= lengths[from]![to + 1]!) from++;
    else to++;
  }
  return pairs;
}
