/** Writes the engine's days and microseconds as Postgres prints dates and timestamps. */

const DAY_MICROS = 86_400_000_000n;
const INFINITE_DAYS = 2_147_483_647;
const INFINITE_MICROS = 9_223_372_036_854_775_807n;

/** Days since 1970-01-01, the engine's DATE: `2024-02-29`, `infinity`, `0044-03-15 BC`. */
export function dateText(days: number): string {
  if (days === INFINITE_DAYS) return 'infinity';
  if (days === -INFINITE_DAYS) return '-infinity';
  const { text, era } = civil(days);
  return text + era;
}

/** Microseconds since 1970-01-01, the engine's TIMESTAMP; `zone` is put behind the time (`+00`). */
export function timestampText(micros: bigint, zone: string): string {
  if (micros === INFINITE_MICROS) return 'infinity';
  if (micros === -INFINITE_MICROS) return '-infinity';
  const inDay = ((micros % DAY_MICROS) + DAY_MICROS) % DAY_MICROS;
  const { text, era } = civil(Number((micros - inDay) / DAY_MICROS));
  return `${text} ${timeText(Number(inDay))}${zone}${era}`;
}

function timeText(micros: number): string {
  const seconds = Math.floor(micros / 1_000_000);
  const rest = micros - seconds * 1_000_000;
  const clock = `${two(Math.floor(seconds / 3600))}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
  return rest === 0 ? clock : `${clock}.${String(rest).padStart(6, '0').replace(/0+$/, '')}`;
}

/** The Gregorian date of a day number, by counting in eras of 400 years that begin in March. */
function civil(days: number): { text: string; era: string } {
  const shifted = days + 719_468;
  const era = Math.floor(shifted / 146_097);
  const dayOfEra = shifted - era * 146_097;
  const yearOfEra = Math.floor(
    (dayOfEra - Math.floor(dayOfEra / 1460) + Math.floor(dayOfEra / 36_524) - Math.floor(dayOfEra / 146_096)) / 365,
  );
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const monthFromMarch = Math.floor((5 * dayOfYear + 2) / 153);
  const day = dayOfYear - Math.floor((153 * monthFromMarch + 2) / 5) + 1;
  const month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9;
  const year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0);
  // There is no year 0: the one before 1 is 1 BC.
  const written = String(year > 0 ? year : 1 - year).padStart(4, '0');
  return { text: `${written}-${two(month)}-${two(day)}`, era: year > 0 ? '' : ' BC' };
}

function two(number: number): string {
  return number < 10 ? `0${number}` : String(number);
}
