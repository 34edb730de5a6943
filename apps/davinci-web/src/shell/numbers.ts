/** Decides how numbers and times are written: the reader's format, shortened, with their unit; pure. */

/**
 * `short` for a glance: large ones are shortened. `axis`: like short, and all of one axis in the same unit from 1,000 on.
 * `cell` for a column of figures: never shortened, no more digits after the point than somebody compares. `exact`: every digit.
 */
export type NumberStyle = 'short' | 'axis' | 'cell' | 'exact';

export interface NumberFormat {
  kind: 'number' | 'percent' | 'currency' | 'bytes' | 'milliseconds';
  /** Digits after the point; the number itself decides when undefined. */
  digits?: number;
  /** ISO 4217, for currency. */
  currency?: string;
  /** Written after the number: `rows/s`. */
  unit?: string;
}

const LOCALES: Record<string, string> = { en: 'en-GB', zh: 'zh-CN' };

export function localeOf(language: string): string {
  return LOCALES[language] ?? language;
}

const formats = new Map<string, Intl.NumberFormat>();

function formatter(locale: string, options: Intl.NumberFormatOptions): Intl.NumberFormat {
  const key = `${locale}${JSON.stringify(options)}`;
  let format = formats.get(key);
  if (format === undefined) {
    format = new Intl.NumberFormat(locale, options);
    formats.set(key, format);
  }
  return format;
}

/**
 * Reads the format that a view's model gives a column: `percent`, `currency:EUR`, `bytes`, `ms`, `0.00`, `unit:kg`;
 * nothing or anything else is a plain number.
 */
export function parseFormat(text: string | null | undefined): NumberFormat {
  const [head = '', rest = ''] = (text ?? '').split(':');
  const decimals = /^[#,0]*\.(0+)(%?)$/.exec(head);
  if (head === 'percent' || head.endsWith('%'))
    return { kind: 'percent', ...(decimals ? { digits: decimals[1]!.length } : {}) };
  if (head === 'currency') return { kind: 'currency', currency: /^[A-Z]{3}$/.test(rest) ? rest : 'EUR' };
  if (head === 'bytes') return { kind: 'bytes' };
  if (head === 'ms' || head === 'milliseconds') return { kind: 'milliseconds' };
  if (head === 'unit') return { kind: 'number', unit: rest };
  if (head === '0' || head === '#,##0') return { kind: 'number', digits: 0 };
  if (decimals) return { kind: 'number', digits: decimals[1]!.length };
  return { kind: 'number' };
}

/** A number for the reader; a text (int8, numeric) is read as a number for shortening, and kept digit for digit when exact. */
export function formatNumber(
  value: number | string,
  language: string,
  format: NumberFormat = { kind: 'number' },
  style: NumberStyle = 'short',
): string {
  const number = typeof value === 'number' ? value : Number(value);
  if (Number.isNaN(number)) return String(value);
  if (!Number.isFinite(number)) return number > 0 ? '∞' : '−∞';
  const locale = language === 'en' ? 'en-US' : localeOf(language);
  const size = Math.abs(number);
  switch (format.kind) {
    case 'percent':
      return formatter(locale, {
        style: 'percent',
        maximumFractionDigits: format.digits ?? { short: 1, axis: 1, cell: 2, exact: 6 }[style],
      }).format(number);
    case 'bytes':
      return formatBytes(number, locale);
    case 'milliseconds':
      return formatDuration(number, language);
    default: {
      const short = (style === 'short' && size >= 10_000) || (style === 'axis' && size >= 1_000);
      // Exact: the digits of a text are the value, a float's own digits may not be added to.
      const exact = typeof value === 'string' && !/e/i.test(value) ? (value as Intl.StringNumericLiteral) : number;
      const written = formatter(locale, {
        ...(format.kind === 'currency' ? { style: 'currency', currency: format.currency ?? 'EUR' } : {}),
        ...(short
          ? // Grouped all the same: in Chinese the thousands below 10,000 are written out.
            { notation: 'compact', maximumSignificantDigits: 3, useGrouping: true }
          : style === 'exact'
            ? {
                maximumFractionDigits: 20,
                ...(format.digits === undefined ? {} : { minimumFractionDigits: format.digits }),
              }
            : style === 'cell'
              ? cellDigitsOf(size, format)
              : digitsOf(size, format, style)),
      }).format(style === 'exact' || style === 'cell' ? exact : number);
      const spaced = short ? written.replace(/(\d)([KMBT])/, '$1\u202F$2') : written;
      // Between two Chinese words stands no space: `2万行`.
      const joint = /\p{Script=Han}$/u.test(spaced) && /^\p{Script=Han}/u.test(format.unit ?? '') ? '' : ' ';
      return format.unit ? `${spaced}${joint}${format.unit}` : spaced;
    }
  }
}

function digitsOf(size: number, format: NumberFormat, style: NumberStyle): Intl.NumberFormatOptions {
  // The ground of an axis stands beside figures of every size.
  if (style === 'axis' && size === 0) return { maximumFractionDigits: 0 };
  if (format.digits !== undefined)
    return { minimumFractionDigits: format.digits, maximumFractionDigits: format.digits };
  if (format.kind === 'currency') return size === 0 || size >= 1_000 ? { maximumFractionDigits: 0 } : {};
  if (size === 0 || Number.isInteger(size)) return { maximumFractionDigits: 0 };
  return size < 1 ? { maximumSignificantDigits: 3 } : { maximumFractionDigits: size < 100 ? 2 : 1 };
}

function cellDigitsOf(size: number, format: NumberFormat): Intl.NumberFormatOptions {
  if (format.digits !== undefined)
    return { minimumFractionDigits: format.digits, maximumFractionDigits: format.digits };
  if (format.kind === 'currency') return {};
  return size !== 0 && size < 1 ? { maximumSignificantDigits: 4 } : { maximumFractionDigits: 4 };
}

/** `1.4 MB`: steps of 1,000. */
function formatBytes(value: number, locale: string): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB', 'PB'];
  let size = value;
  let step = 0;
  while (Math.abs(size) >= 1000 && step < units.length - 1) {
    size /= 1000;
    step++;
  }
  return `${formatter(locale, { maximumSignificantDigits: 3 }).format(size)} ${units[step]}`;
}

/** Milliseconds as the largest fitting unit: `340 ms`, `2.1 s`, `5 min`, `3 h`, `4 d`. */
export function formatDuration(milliseconds: number, language: string): string {
  const zh = language === 'zh';
  const size = Math.abs(milliseconds);
  const [value, unit]: [number, string] =
    size < 1000
      ? [milliseconds, zh ? '毫秒' : 'ms']
      : size < 60_000
        ? [milliseconds / 1000, zh ? '秒' : 's']
        : size < 3_600_000
          ? [milliseconds / 60_000, zh ? '分钟' : 'min']
          : size < 172_800_000
            ? [milliseconds / 3_600_000, zh ? '小时' : 'h']
            : [milliseconds / 86_400_000, zh ? '天' : 'd'];
  // Something, however short, is not nothing.
  if (size > 0 && size < 0.05) return `< 0.1 ${unit}`;
  const digits = unit === 'ms' || unit === '毫秒' ? (size < 10 ? 1 : 0) : Math.abs(value) < 10 ? 1 : 0;
  return `${formatter(localeOf(language), { maximumFractionDigits: digits }).format(value)} ${unit}`;
}

/** How long ago, or until: `3 s ago`. */
export function formatAgo(at: number, now: number, language: string): string {
  const seconds = (at - now) / 1000;
  const relative = new Intl.RelativeTimeFormat(localeOf(language), { numeric: 'auto', style: 'short' });
  const size = Math.abs(seconds);
  const [value, unit]: [number, Intl.RelativeTimeFormatUnit] =
    size < 60
      ? [seconds, 'second']
      : size < 3600
        ? [seconds / 60, 'minute']
        : size < 172_800
          ? [seconds / 3600, 'hour']
          : [seconds / 86_400, 'day'];
  // With the space that durations have.
  return relative.format(Math.round(value), unit).replace(/(\d)(\p{Script=Han})/u, '$1 $2');
}

/** A moment to the minute, with its day unless it is the one that `now` is in: `10:42`, `25 Nov, 10:42`. */
export function formatSince(at: number, now: number, language: string, zone?: string): string {
  const inZone = zone === undefined ? {} : { timeZone: zone };
  const dayOf = (moment: number): string => new Intl.DateTimeFormat('en-CA', inZone).format(moment);
  const isOtherDay = dayOf(at) !== dayOf(now);
  return new Intl.DateTimeFormat(localeOf(language), {
    hour: '2-digit',
    minute: '2-digit',
    ...(isOtherDay ? { day: 'numeric', month: 'short' } : {}),
    ...(dayOf(at).slice(0, 4) === dayOf(now).slice(0, 4) ? {} : { year: 'numeric' }),
    ...inZone,
  }).format(at);
}

/** A moment in the viewer's zone, to the second. */
export function formatMoment(at: number | string, language: string, zone?: string): string {
  return new Intl.DateTimeFormat(localeOf(language), {
    dateStyle: 'medium',
    timeStyle: 'medium',
    ...(zone === undefined ? {} : { timeZone: zone }),
  }).format(new Date(at));
}

let zone: string | undefined;

/** Asked of the browser once: every widget's question names it, and the answer takes milliseconds. */
export function viewerZone(): string {
  zone ??= Intl.DateTimeFormat().resolvedOptions().timeZone;
  return zone;
}
