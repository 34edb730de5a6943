/** Decides whether the rows of a message fit its fields. */
import { RtdpError } from './error.ts';
import { isDataKind } from './message-kinds.ts';
import { expectObject, shapeError } from './message-schema.ts';
import { isSystemField, type UmsField, type UmsValue } from './types.ts';
import { readValue, showValue, valueError } from './value-check.ts';

/** Per row the tuple indexes of untold columns, or undefined for a row that tells all. */
export type UntoldIndexes = readonly (readonly number[] | undefined)[];

export interface Rows {
  readonly rows: UmsValue[][];
  readonly unchanged?: UntoldIndexes;
  readonly unknown?: UntoldIndexes;
}

/** @throws UMS_SHAPE, UMS_ROW, UMS_VALUE */
export function readRows(kind: string, fields: readonly UmsField[], payload: readonly unknown[], text: string): Rows {
  const numberText = lazyNumberTexts(text);
  const rows: UmsValue[][] = [];
  const unchanged: (number[] | undefined)[] = [];
  const unknown: (number[] | undefined)[] = [];
  for (const [index, json] of payload.entries()) {
    const path = `payload[${index}]`;
    const row = expectObject(json, path);
    const values = row.tuple;
    if (!Array.isArray(values)) throw shapeError(`${path}.tuple`, values, 'a list');
    checkLength(fields, values, path);
    const tuple = fields.map((field, at) =>
      readValue(field, values[at], `${path}.tuple[${at}]`, () => numberText(index, at)),
    );
    checkSystemValues(kind, fields, tuple, path);
    rows.push(tuple);
    unchanged.push(readIndexes(row.unchanged, `${path}.unchanged`));
    unknown.push(readIndexes(row.unknown, `${path}.unknown`));
    checkUntold(fields, tuple, path, unchanged[index], unknown[index]);
  }
  return {
    rows,
    ...(unchanged.some((indexes) => indexes !== undefined) ? { unchanged } : {}),
    ...(unknown.some((indexes) => indexes !== undefined) ? { unknown } : {}),
  };
}

/** A row's lists of untold columns: each index once, no system field, null in the tuple. @throws UMS_ROW */
export function checkUntold(
  fields: readonly UmsField[],
  tuple: readonly UmsValue[],
  path: string,
  unchanged: readonly number[] | undefined,
  unknown: readonly number[] | undefined,
): void {
  const seen = new Set<number>();
  for (const [name, indexes] of [
    ['unchanged', unchanged],
    ['unknown', unknown],
  ] as const) {
    for (const index of indexes ?? []) {
      const field = fields[index];
      const place = `${path}.${name}`;
      if (field === undefined) throw rowError(place, `names field ${index} of ${fields.length}`, indexes);
      if (isSystemField(field.name)) throw rowError(place, `names the system field ${field.name}`, indexes);
      if (seen.has(index)) throw rowError(place, `names column ${field.name} a second time`, indexes);
      if (tuple[index] !== null) throw rowError(place, `names column ${field.name}, which has a value`, tuple[index]);
      seen.add(index);
    }
  }
}

/** @throws UMS_ROW */
export function checkLength(fields: readonly UmsField[], tuple: readonly unknown[], path: string): void {
  if (tuple.length === fields.length) return;
  throw rowError(`${path}.tuple`, `has ${tuple.length} values for ${fields.length} fields`, tuple);
}

/** A row of a data message has an id, a time and an operation. @throws UMS_VALUE */
export function checkSystemValues(
  kind: string,
  fields: readonly UmsField[],
  tuple: readonly UmsValue[],
  path: string,
): void {
  if (!isDataKind(kind)) return;
  for (const [index, field] of fields.entries()) {
    const value = tuple[index];
    const good =
      field.name === 'ums_id_'
        ? typeof value === 'string' && value !== '0' && !value.startsWith('-')
        : field.name === 'ums_ts_'
          ? value !== null
          : field.name !== 'ums_op_' || value === 'i' || value === 'u' || value === 'b' || value === 'd';
    if (!good) throw systemValueError(field, value, `${path}.tuple[${index}]`);
  }
}

function systemValueError(field: UmsField, value: unknown, path: string): RtdpError {
  const plain = valueError(field, value, path);
  const expected: Record<string, string> = {
    ums_id_: 'a positive 64-bit integer',
    ums_ts_: 'a commit time',
    ums_op_: 'i, u, b or d',
  };
  return new RtdpError({
    code: plain.code,
    message: `${path} (${field.name}) is ${showValue(value)}, but must be ${expected[field.name]}.`,
    next: plain.next,
    facts: plain.facts,
  });
}

function readIndexes(json: unknown, path: string): number[] | undefined {
  if (json === undefined || json === null) return undefined;
  if (!Array.isArray(json)) throw shapeError(path, json, 'a list of field indexes');
  if (json.length === 0) return undefined;
  return json.map((index, at) => {
    if (Number.isInteger(index) && index >= 0) return index + 0;
    throw shapeError(`${path}[${at}]`, index, 'a field index');
  });
}

/** The digits of the numbers in the tuples as they were written. Parsed again only if a `long` or `decimal` came as a number. */
function lazyNumberTexts(text: string): (row: number, column: number) => string {
  let payload: { tuple: unknown[] }[] | undefined;
  return (row, column) => {
    payload ??= (
      JSON.parse(text, keepNumberText as (key: string, value: unknown) => unknown) as {
        payload: { tuple: unknown[] }[];
      }
    ).payload;
    return String(payload[row]?.tuple[column]);
  };
}

function keepNumberText(_key: string, value: unknown, context: { source: string }): unknown {
  return typeof value === 'number' ? context.source : value;
}

function rowError(path: string, problem: string, value: unknown): RtdpError {
  return new RtdpError({
    code: 'UMS_ROW',
    message: `${path} ${problem}.`,
    next: 'Look at the raw message and at who wrote it; nothing of it was used.',
    facts: { path, value: showValue(value) },
  });
}
