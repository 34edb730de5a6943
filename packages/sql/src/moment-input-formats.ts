/** Reads the formats of to_date and to_timestamp: which patterns have a proven meaning, and the texts that they take the same way as Postgres. */

export type MomentField = 'YYYY' | 'MM' | 'DD' | 'HH24' | 'MI' | 'SS' | 'MS' | 'US' | 'Mon';

export interface MomentInputFormat {
  /** What a text has to look like: one group for each field. Other texts that Postgres would read somehow are refused row by row. */
  readonly shape: RegExp;
  readonly fields: readonly MomentField[];
}

const FIELDS: readonly MomentField[] = ['YYYY', 'HH24', 'Mon', 'MM', 'DD', 'MI', 'SS', 'MS', 'US'];
const DIGITS: Record<MomentField, number> = { YYYY: 4, HH24: 2, MM: 2, DD: 2, MI: 2, SS: 2, MS: 3, US: 6, Mon: 0 };
/** Between patterns Postgres takes any of them for any other; here each stands for itself. */
const SEPARATOR = /^[ \-/.,:;_]/;

/** Null where something in it is not proven, or a pattern stands twice, or there is no year. */
export function readMomentInputFormat(format: string): MomentInputFormat | null {
  const parts: (MomentField | { text: string })[] = [];
  for (let at = 0; at < format.length; ) {
    const rest = format.slice(at);
    const field = FIELDS.find((known) => rest.startsWith(known));
    const quoted = /^"([^"\\]*)"/.exec(rest);
    if (field !== undefined) {
      // A suffix such as TH changes what is read.
      if (/^(?:TH|th|SP)/.test(rest.slice(field.length))) return null;
      parts.push(field);
      at += field.length;
    } else if (quoted !== null) {
      parts.push({ text: quoted[1]! });
      at += quoted[0].length;
    } else if (SEPARATOR.test(rest)) {
      parts.push({ text: rest[0]! });
      at += 1;
    } else return null;
  }
  const fields = parts.filter((part) => typeof part === 'string');
  if (
    new Set(fields).size < fields.length ||
    !fields.includes('YYYY') ||
    (fields.includes('Mon') && fields.includes('MM'))
  )
    return null;
  const shape = parts.map((part, index) => {
    if (typeof part !== 'string') return part.text.replace(/[.*+?^${}()|[\]\\/-]/g, '\\$&');
    if (part === 'Mon') return '([A-Za-z]{3})';
    // Where digits follow, each pattern takes its own number of them; else all there are.
    const next = parts[index + 1];
    const isBounded = next === undefined || (typeof next === 'string' ? next === 'Mon' : !/^\d/.test(next.text));
    return part === 'YYYY' || !isBounded ? `(\\d{${DIGITS[part]}})` : `(\\d{1,${DIGITS[part]}})(?!\\d)`;
  });
  // What comes after the last pattern is not looked at.
  return { shape: new RegExp(`^${shape.join('')}(?!\\d)`), fields };
}
