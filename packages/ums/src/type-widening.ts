/** Decides whether every value of one column type is, unchanged, a value of another. */
import type { UmsField, UmsType } from './types.ts';

type TypedField = Pick<UmsField, 'type' | 'sourceType'>;

const WIDER: Readonly<Partial<Record<UmsType, readonly UmsType[]>>> = {
  int: ['long', 'decimal', 'double'],
  long: ['decimal'],
  float: ['double'],
};

/** Names that mean one type. */
const SYNONYMS: ReadonlyMap<string, string> = new Map([
  ['character varying', 'varchar'],
  ['character', 'char'],
  ['bpchar', 'char'],
  ['decimal', 'numeric'],
  ['int2', 'smallint'],
  ['int4', 'integer'],
  ['int', 'integer'],
  ['int8', 'bigint'],
  ['float4', 'real'],
  ['float8', 'double precision'],
  ['bool', 'boolean'],
  ['timestamp with time zone', 'timestamptz'],
  ['timestamp without time zone', 'timestamp'],
  ['time with time zone', 'timetz'],
  ['time without time zone', 'time'],
  ['bit varying', 'varbit'],
]);

/** Source types whose every value is a value of those named. */
const WIDER_SOURCE: Readonly<Record<string, readonly string[]>> = {
  smallint: ['integer', 'bigint', 'numeric'],
  integer: ['bigint', 'numeric'],
  bigint: ['numeric'],
  real: ['double precision'],
  varchar: ['text'],
  mediumint: ['integer', 'int', 'bigint'],
  tinyint: ['smallint', 'mediumint', 'integer', 'bigint'],
};

/** Types whose number in brackets bounds the length or the digits of a fraction. */
const GROWING = new Set([
  'varchar',
  'varbit',
  'varbinary',
  'timestamp',
  'timestamptz',
  'time',
  'timetz',
  'datetime',
  'interval',
]);

/** True also for equal types. Where a side does not tell its source type, the UMS types decide. */
export function isWidening(before: TypedField, after: TypedField): boolean {
  if (before.type !== after.type && !WIDER[before.type]?.includes(after.type)) return false;
  if (before.sourceType === undefined || after.sourceType === undefined) return true;
  return isSourceWidening(parseSourceType(before.sourceType), parseSourceType(after.sourceType));
}

const TEXT = /^(n|var|nvar)?char$|text$/;

/** Whether its values are any texts: then it is the wider one beside a type of another kind, whose values are written as texts. */
export function isText({ type, sourceType }: TypedField): boolean {
  return type === 'string' && (sourceType === undefined || TEXT.test(parseSourceType(sourceType).name));
}

interface SourceType {
  readonly name: string;
  /** Numbers in brackets: length, or precision and scale. */
  readonly bounds: readonly number[];
  /** What stands after the brackets: `[]`, `unsigned`, `collate …`. */
  readonly rest: string;
}

function isSourceWidening(before: SourceType, after: SourceType): boolean {
  if (before.rest !== after.rest) return false;
  if (before.name !== after.name) {
    if (before.rest !== '' || !WIDER_SOURCE[before.name]?.includes(after.name)) return false;
    return after.name !== 'numeric' || after.bounds.length === 0 || wholeDigits(after) >= integerDigits(before.name);
  }
  if (before.bounds.length === after.bounds.length && before.bounds.every((bound, at) => bound === after.bounds[at])) {
    return true;
  }
  if (before.name === 'numeric') {
    if (after.bounds.length === 0) return true;
    if (before.bounds.length === 0) return false;
    return wholeDigits(after) >= wholeDigits(before) && (after.bounds[1] ?? 0) >= (before.bounds[1] ?? 0);
  }
  if (!GROWING.has(before.name)) return false;
  // Without a bound there is no limit.
  if (after.bounds.length === 0) return true;
  return before.bounds.length > 0 && after.bounds[0]! >= before.bounds[0]!;
}

function wholeDigits(type: SourceType): number {
  return (type.bounds[0] ?? 0) - (type.bounds[1] ?? 0);
}

function integerDigits(name: string): number {
  return { tinyint: 3, smallint: 5, mediumint: 8, integer: 10, bigint: 19 }[name] ?? Number.POSITIVE_INFINITY;
}

function parseSourceType(text: string): SourceType {
  const match = /^([^([]*)(?:\(([^)]*)\))?(.*)$/.exec(text.toLowerCase().trim());
  const bounds = (match?.[2] ?? '').split(',').map(Number);
  const numeric = match?.[2] !== undefined && bounds.every((bound) => Number.isInteger(bound));
  // `timestamp(3) with time zone`: the words on both sides of the brackets are one name.
  const rest = (match?.[3] ?? '').trim();
  const zone = /^with(out)? time zone\b/.exec(rest)?.[0] ?? '';
  const name = `${(match?.[1] ?? '').trim()} ${zone}`.trim();
  return {
    name: SYNONYMS.get(name) ?? name,
    bounds: numeric ? bounds : [],
    rest: (numeric || match?.[2] === undefined ? '' : `(${match[2]})`) + rest.slice(zone.length).trim(),
  };
}
