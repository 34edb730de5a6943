/** Decides which days of a time axis have a label: evenly far apart, and the same days while time goes on. Pure. */

const DAY = 86_400_000;
/** Days from one label to the next. */
const STEPS = [1, 2, 3, 7, 14];
/** So many fit into a widget a third of a window wide. */
const MOST_STEPS = 7;
/** The first day that was counted was a Thursday; weeks begin on Mondays. */
const FIRST_MONDAY = 4;

/** Beginnings of days, milliseconds; days are those of the place where it runs. */
export function dayTicks(first: number, last: number): number[] {
  const step = STEPS.find((days) => (last - first) / DAY <= days * MOST_STEPS) ?? STEPS.at(-1)!;
  const ticks: number[] = [];
  for (let day = startOfDay(first, 0); day <= last; day = startOfDay(day, 1)) {
    if (day >= first && (dayNumber(day) - FIRST_MONDAY) % step === 0) ticks.push(day);
  }
  return ticks;
}

/** A day may have 23 or 25 hours. */
function startOfDay(moment: number, daysLater: number): number {
  const date = new Date(moment);
  return new Date(date.getFullYear(), date.getMonth(), date.getDate() + daysLater).getTime();
}

function dayNumber(startOfLocalDay: number): number {
  const date = new Date(startOfLocalDay);
  return Date.UTC(date.getFullYear(), date.getMonth(), date.getDate()) / DAY;
}
