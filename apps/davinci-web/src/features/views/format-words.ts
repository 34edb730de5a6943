/** Decides how the format of a number is written for people, and how what they type is read as one; pure. */

/** Those that are proposed; `parseFormat` of the shell reads them. */
export const FORMATS = [
  '',
  '0',
  '0.00',
  'percent',
  'currency:EUR',
  'currency:CNY',
  'currency:USD',
  'bytes',
  'ms',
  'unit:',
] as const;

/** The words are `model.formats.<key>` of the views. */
export type SayFormat = (key: string, holes?: Readonly<Record<string, string>>) => string;

/** `currency:EUR` is `Currency, EUR`; nothing for a plain number, and what is no format stays as it is. */
export function writeFormat(format: string, say: SayFormat): string {
  const [, kind, rest = ''] = /^(currency|unit):(.*)$/s.exec(format) ?? [];
  if (kind !== undefined) return say(kind, { name: rest });
  return format !== '' && (FORMATS as readonly string[]).includes(format) ? say(format.replace('.', '-')) : format;
}

/** The format that `writeFormat` writes so; also a currency's code alone, and the format itself. */
export function readFormat(text: string, say: SayFormat): string {
  const known = FORMATS.find((format) => text === writeFormat(format, say));
  if (known !== undefined) return known;
  const code = /^[A-Z]{3}$/.exec(text)?.[0] ?? restOf(text, 'currency', say);
  if (code !== undefined && /^[A-Za-z]{3}$/.test(code)) return `currency:${code.toUpperCase()}`;
  const unit = restOf(text, 'unit', say);
  return unit === undefined ? text : `unit:${unit}`;
}

/** What stands behind the word of a kind, or behind its key and a colon; undefined where nothing does. */
function restOf(text: string, kind: 'currency' | 'unit', say: SayFormat): string | undefined {
  const beginning = [say(kind, { name: '' }), `${kind}:`].find((each) => text.startsWith(each));
  const rest = beginning === undefined ? '' : text.slice(beginning.length);
  return rest.trim() === '' ? undefined : rest;
}
