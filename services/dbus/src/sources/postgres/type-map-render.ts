/** Decides how a UMS value is turned back into the text Postgres itself prints: the test of every type, and what a person is shown. */
import type { UmsField, UmsValue } from '@rtdp/ums/types';

/** Date and time, and what may come after the zone: ` BC`. */
const TIMESTAMP = /^(\d{4,}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d{1,6})?)( BC)?$/;

/** Postgres' text of a value (TimeZone=UTC, DateStyle=ISO, IntervalStyle=postgres, bytea_output=hex), or null for NULL. */
export function renderAsPostgres(field: Pick<UmsField, 'type' | 'sourceType'>, value: UmsValue): string | null {
  if (value === null) return null;
  return renderText(field.type, field.sourceType ?? '', value);
}

function renderText(type: UmsField['type'], sourceType: string, value: unknown): string {
  switch (type) {
    case 'boolean':
      return value === true ? 't' : 'f';
    case 'float':
    case 'double':
      return typeof value === 'number' ? renderFloat(value, type === 'float' ? 6 : 15) : String(value);
    case 'binary':
      return `\\x${Buffer.from(String(value), 'base64').toString('hex')}`;
    case 'datetime': {
      const isZoned = sourceType.startsWith('timestamptz') || sourceType.startsWith('timestamp with time zone');
      return isZoned ? String(value).replace(TIMESTAMP, '$1+00$2') : String(value);
    }
    case 'jsonarray':
      return renderArray(sourceType.replace(/\[\]$/, ''), String(value));
    default:
      return String(value);
  }
}

/** Shortest digits, with an exponent below 10^-4 and from 10^`fixedDigits` on. */
function renderFloat(value: number, fixedDigits: number): string {
  if (value === 0) return Object.is(value, -0) ? '-0' : '0';
  const [mantissa, exponentText] = Math.abs(value).toExponential().split('e') as [string, string];
  const exponent = Number(exponentText);
  const digits = mantissa.replace('.', '');
  const sign = value < 0 ? '-' : '';
  if (exponent < -4 || exponent >= fixedDigits) {
    const fraction = digits.length > 1 ? `.${digits.slice(1)}` : '';
    return `${sign}${digits[0]}${fraction}e${exponent < 0 ? '-' : '+'}${String(Math.abs(exponent)).padStart(2, '0')}`;
  }
  if (exponent < 0) return `${sign}0.${'0'.repeat(-exponent - 1)}${digits}`;
  const padded = digits.padEnd(exponent + 1, '0');
  const fraction = padded.slice(exponent + 1);
  return `${sign}${padded.slice(0, exponent + 1)}${fraction === '' ? '' : `.${fraction}`}`;
}

function renderArray(elementType: string, json: string): string {
  const items: unknown = JSON.parse(json);
  // An array with its own lower bounds travels as the source's text.
  if (typeof items === 'string') return items;
  return renderItems(items as unknown[], elementType, elementType === 'box' ? ';' : ',');
}

function renderItems(items: unknown[], elementType: string, delimiter: string): string {
  const texts = items.map((item) => {
    if (item === null) return 'NULL';
    if (Array.isArray(item)) return renderItems(item, elementType, delimiter);
    return quoteElement(renderText(umsTypeOfElement(elementType), elementType, item), delimiter);
  });
  return `{${texts.join(delimiter)}}`;
}

function quoteElement(text: string, delimiter: string): string {
  const needsQuotes = text === '' || /^null$/i.test(text) || /["\\{}\s]/.test(text) || text.includes(delimiter);
  return needsQuotes ? `"${text.replace(/["\\]/g, '\\$&')}"` : text;
}

function umsTypeOfElement(elementType: string): UmsField['type'] {
  if (elementType === 'boolean') return 'boolean';
  if (elementType === 'real') return 'float';
  if (elementType === 'double precision') return 'double';
  if (elementType === 'bytea') return 'binary';
  if (elementType.startsWith('timestamp')) return 'datetime';
  return 'string';
}
