/** Prints parts and starts of units of moments for MySQL and MariaDB; the sessions of the reader are in UTC. */

/** The start of the unit a moment is in; all of them keep the wall clock of UTC. */
const UNIT_START: Record<string, (moment: string) => string> = {
  minute: (moment) => `DATE_FORMAT(${moment}, '%Y-%m-%d %H:%i:00')`,
  hour: (moment) => `DATE_FORMAT(${moment}, '%Y-%m-%d %H:00:00')`,
  day: (moment) => `DATE(${moment})`,
  week: (moment) => `DATE_SUB(DATE(${moment}), INTERVAL WEEKDAY(${moment}) DAY)`,
  month: (moment) => `DATE_FORMAT(${moment}, '%Y-%m-01')`,
  quarter: (moment) => `DATE_ADD(DATE_FORMAT(${moment}, '%Y-01-01'), INTERVAL QUARTER(${moment}) - 1 QUARTER)`,
  // MAKEDATE takes the year 50 for 2050.
  year: (moment) => `DATE_FORMAT(${moment}, '%Y-01-01')`,
};

const FIELDS = new Set(['year', 'quarter', 'month', 'day', 'hour', 'minute']);

/** `date_trunc` or `extract` of a unit; null where nothing is proven. */
export function printMysqlMoment(
  name: 'date_trunc' | 'extract',
  unit: string | undefined,
  moment: string,
): string | null {
  if (unit === undefined) return null;
  if (name === 'extract') return FIELDS.has(unit) ? `${unit.toUpperCase()}(${moment})` : null;
  return Object.hasOwn(UNIT_START, unit) ? `CAST(${UNIT_START[unit]!(moment)} AS DATETIME)` : null;
}
