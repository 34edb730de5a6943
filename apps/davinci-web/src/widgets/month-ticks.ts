/** Decides which months of a time axis have a label: evenly many apart, and the same months while time goes on. Pure. */

/** Months from one label to the next: January has one in any case. */
const STEPS = [1, 2, 3, 4, 6, 12];
/** So many, with their years, fit into a widget a quarter of a window wide. */
const MOST = 4;

/** Beginnings of months, milliseconds; months are those of the place where it runs. */
export function monthTicks(first: number, last: number): number[] {
  const wanted = STEPS.map((step) => everyMonths(step, first, last));
  return wanted.find((ticks) => ticks.length <= MOST) ?? wanted.at(-1)!;
}

function everyMonths(step: number, first: number, last: number): number[] {
  const ticks: number[] = [];
  const from = new Date(first);
  const month = from.getFullYear() * 12 + from.getMonth();
  for (let each = Math.ceil(month / step) * step; startOf(each) <= last; each += step) {
    if (startOf(each) >= first) ticks.push(startOf(each));
  }
  return ticks;
}

function startOf(month: number): number {
  return new Date(Math.floor(month / 12), month % 12).getTime();
}
