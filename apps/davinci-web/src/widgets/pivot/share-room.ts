/** Decides how room that is left beside columns is shared among them. Pure. */

/** In whole pixels, in proportion to what each needs; together exactly `room`, or as they were where that is less. */
export function shareRoom(widths: readonly number[], room: number): number[] {
  const needed = widths.reduce((sum, width) => sum + width, 0);
  if (needed >= room) return [...widths];
  let through = 0;
  let before = 0;
  return widths.map((width) => {
    through += width;
    const end = Math.round((through / needed) * room);
    const shared = end - before;
    before = end;
    return shared;
  });
}
