/** Decides how the ids of a message's rows are told in one line: of the last one only where it differs from the first. Pure. */

/** So many digits of the last id stand there at least. */
const LEAST_DIGITS = 3;

/** `1882891791191702293 … 305` */
export function idRange(first: string, last: string): string {
  if (first === last) return first;
  let same = 0;
  while (same < last.length - LEAST_DIGITS && first[same] === last[same]) same += 1;
  return first.length === last.length ? `${first} … ${last.slice(same)}` : `${first} … ${last}`;
}
