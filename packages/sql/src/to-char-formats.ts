/** Reads the formats of to_char: which patterns have a proven meaning, and where they stand. */

export type FormatPart =
  | { readonly pattern: string; readonly fill: boolean }
  | { readonly text: string }
  | { readonly unknown: string };

/** Longer ones first, so that none is read as the beginning of another. */
const PATTERNS = [
  'YYYY',
  'IYYY',
  'HH24',
  'HH12',
  'MONTH',
  'Month',
  'month',
  'SSSSS',
  'Day',
  'DAY',
  'day',
  'DDD',
  'MON',
  'Mon',
  'mon',
  'YYY',
  'A.M.',
  'P.M.',
  'HH',
  'MI',
  'MM',
  'MS',
  'SS',
  'US',
  'YY',
  'DD',
  'Dy',
  'DY',
  'dy',
  'ID',
  'IW',
  'WW',
  'AM',
  'PM',
  'am',
  'pm',
  'CC',
  'Y',
  'D',
  'W',
  'Q',
  'J',
];

/** Everything else that Postgres would read as a pattern or a modifier. */
const OTHER =
  /^(?:FX|TM|TZH|TZM|TZ|tz|OF|BC|AD|B\.C\.|A\.D\.|bc|ad|RM|rm|FF\d|IDDD|I{1,3}Y|IY|I|Y,YYY|TH|th|SP|[a-zA-Z])/;

/** `FM` before a pattern leaves out its blanks and zeros; a text in double quotes stands for itself. */
export function readMomentFormat(format: string): FormatPart[] {
  const parts: FormatPart[] = [];
  let fill = true;
  for (let at = 0; at < format.length; ) {
    const rest = format.slice(at);
    const quoted = /^"((?:[^"\\])*)"/.exec(rest);
    if (quoted !== null) {
      parts.push({ text: quoted[1]! });
      at += quoted[0].length;
      continue;
    }
    if (rest.startsWith('FM')) {
      fill = false;
      at += 2;
      continue;
    }
    const pattern = PATTERNS.find((known) => rest.startsWith(known));
    const after = pattern === undefined ? '' : rest.slice(pattern.length);
    const other = OTHER.exec(rest)?.[0];
    if (pattern !== undefined && !/^(?:TH|th)/.test(after) && (other === undefined || other.length <= pattern.length)) {
      parts.push({ pattern, fill });
      fill = true;
      at += pattern.length;
      continue;
    }
    if (other !== undefined || rest[0] === '"' || rest[0] === '\\') {
      parts.push({ unknown: pattern === undefined ? (other ?? rest[0]!) : `${pattern}${after.slice(0, 2)}` });
      return parts;
    }
    parts.push({ text: rest[0]! });
    at += 1;
  }
  return parts;
}

/** Digits, zeros, commas between them, one point, and FM in front. */
export function isNumberFormat(format: string): boolean {
  return /^(?:FM)?[90](?:,?[90])*(?:\.[90]+)?$/.test(format);
}
