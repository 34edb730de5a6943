/** Decides which of several offsets is the least; offsets are bigint, for which Math has no such function. */
export function leastOffset(offsets: readonly bigint[]): bigint | undefined {
  let least: bigint | undefined;
  for (const offset of offsets) if (least === undefined || offset < least) least = offset;
  return least;
}

export function greatestOffset(offsets: readonly bigint[]): bigint | undefined {
  let greatest: bigint | undefined;
  for (const offset of offsets) if (greatest === undefined || offset > greatest) greatest = offset;
  return greatest;
}
