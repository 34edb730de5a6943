/** Decides whether a JSON value is a value of its UMS type, and in which one form it is held. */
import { RtdpError } from './error.ts';
import { readsNullWord, type UmsField, type UmsType, type UmsValue } from './types.ts';

const NULL_WORD = '_NULL_';
const INTEGER = /^(?:0|-?[1-9][0-9]*)$/;
const JSON_NUMBER = /^-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?$/;
const DECIMAL = /^-?[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?$/;
// Month 00 and day 00 are MySQL's zero dates; years beyond 9999, BC and infinity keep the source's text.
const DATE = /^(?:[0-9]{4,7}-(?:0[0-9]|1[0-2])-(?:[0-2][0-9]|3[01])(?: BC)?|-?infinity)$/;
const DATETIME =
  /^(?:[0-9]{4,7}-(?:0[0-9]|1[0-2])-(?:[0-2][0-9]|3[01]) (?:[01][0-9]|2[0-3]):[0-5][0-9]:(?:[0-5][0-9]|60)(?:\.[0-9]{1,9})?(?: BC)?|-?infinity)$/;
const BASE64 = /^[A-Za-z0-9+/]*={0,2}$/;
const GREATEST_LONG = '9223372036854775807';
const LEAST_LONG = '9223372036854775808';

/** What `readValue` expected, for the sentence of an error. */
const FORMS: Readonly<Record<UmsType, string>> = {
  int: 'an integer from -2147483648 to 2147483647',
  long: 'a text that holds a 64-bit integer',
  float: 'a number, or "NaN", "Infinity" or "-Infinity"',
  double: 'a number, or "NaN", "Infinity" or "-Infinity"',
  decimal: 'a text that holds a decimal number, or "NaN", "Infinity" or "-Infinity"',
  boolean: 'true or false',
  string: 'a text of whole characters',
  date: 'a text yyyy-MM-dd',
  datetime: 'a text yyyy-MM-dd HH:mm:ss with up to nine digits of a fraction',
  binary: 'a text in base64 with padding',
  jsonobject: 'a text that holds JSON',
  jsonarray: 'a text that holds JSON',
};

/**
 * The value as it is held in `UmsMessage.rows`. Also takes what other writers send: a number or boolean in quotes, a `long` or `decimal`
 * without them, and `_NULL_` for null.
 * @param numberText the digits of a JSON number as they were written, for types that a JavaScript number cannot hold
 * @throws UMS_VALUE with path, column, type and value
 */
export function readValue(field: UmsField, value: unknown, path: string, numberText: () => string): UmsValue {
  if (value === null) return null;
  const read = readByType(field, value, numberText);
  if (read === undefined) throw valueError(field, value, path);
  return read;
}

/** As `readValue`, for a value on its way out. @throws UMS_VALUE; UMS_NULL_WORD for a text that a reader would take for null */
export function writableValue(field: UmsField, value: unknown, path: string): UmsValue {
  if (value === NULL_WORD && field.type === 'string' && readsNullWord(field)) throw nullWordError(field, path);
  if (typeof value === 'number' && !Number.isFinite(value)) return readValue(field, String(value), path, () => '');
  return readValue(field, value, path, () => '');
}

export function nullWordError(field: UmsField, path: string): RtdpError {
  return new RtdpError({
    code: 'UMS_NULL_WORD',
    message: `${path} (column ${field.name}) is the text ${NULL_WORD}, which a reader would take for null.`,
    next: 'Give the field its sourceType: with it, the text is a text like any other.',
    facts: { path, column: field.name },
  });
}

export function valueError(field: UmsField, value: unknown, path: string): RtdpError {
  const shown = showValue(value);
  return new RtdpError({
    code: 'UMS_VALUE',
    message: `${path} (column ${field.name}, type ${field.type}) is ${shown}, but must be ${FORMS[field.type]}.`,
    next: 'Look at the raw message; the one who wrote it must send this form, or declare another type.',
    facts: { path, column: field.name, type: field.type, value: shown },
  });
}

/** A value as JSON, cut to 120 characters. */
export function showValue(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length <= 120 ? text : `${text.slice(0, 120)}…`;
}

/** True for the one form of an integer (no leading zero, no `-0`) that fits into 64 bits. */
export function isLongText(text: string): boolean {
  if (!INTEGER.test(text)) return false;
  const negative = text.startsWith('-');
  const digits = negative ? text.slice(1) : text;
  if (digits.length !== 19) return digits.length < 19;
  return digits <= (negative ? LEAST_LONG : GREATEST_LONG);
}

function readByType(field: UmsField, value: unknown, numberText: () => string): UmsValue | undefined {
  if (typeof value === 'string') {
    if (value === NULL_WORD && readsNullWord(field)) return null;
    return readText(field.type, value);
  }
  if (typeof value === 'number') return readNumber(field.type, value, numberText);
  if (typeof value === 'boolean' && field.type === 'boolean') return value;
  return undefined;
}

function readNumber(type: UmsType, value: number, numberText: () => string): UmsValue | undefined {
  switch (type) {
    case 'int':
      return value === (value | 0) ? value | 0 : undefined;
    case 'float':
    case 'double':
      return Number.isFinite(value) ? value : undefined;
    case 'long':
    case 'decimal':
      return readText(type, numberText());
    default:
      return undefined;
  }
}

function readText(type: UmsType, text: string): UmsValue | undefined {
  switch (type) {
    case 'int': {
      const value = INTEGER.test(text) ? Number(text) : Number.NaN;
      return value === (value | 0) ? value : undefined;
    }
    case 'long':
      return isLongText(text) ? text : undefined;
    case 'float':
    case 'double':
      if (isSpecialNumber(text)) return text;
      return JSON_NUMBER.test(text) && Number.isFinite(Number(text)) ? Number(text) : undefined;
    case 'decimal':
      return DECIMAL.test(text) || isSpecialNumber(text) ? text : undefined;
    case 'boolean':
      return text === 'true' ? true : text === 'false' ? false : undefined;
    case 'string':
      return text.isWellFormed() ? text : undefined;
    case 'date':
      return DATE.test(text) ? text : undefined;
    case 'datetime':
      return DATETIME.test(text) ? text : undefined;
    case 'binary':
      return text.length % 4 === 0 && BASE64.test(text) ? text : undefined;
    case 'jsonobject':
    case 'jsonarray':
      return text.isWellFormed() && isJson(text) ? text : undefined;
  }
}

function isSpecialNumber(text: string): boolean {
  return text === 'NaN' || text === 'Infinity' || text === '-Infinity';
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** Whether a text that is no null is a value of a type that travels as text: the same rule as `readValue`'s. */
export function isTextOf(type: UmsType, text: string): boolean {
  return readText(type, text) !== undefined;
}
