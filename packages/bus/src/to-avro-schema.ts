/**
 * Decides the Avro record of a table's rows: which Avro type carries which UMS type, and how names that Avro forbids are written.
 *
 * Text carries what Avro's own types would lose (NaN and unbounded decimals, infinite and BC dates). Nullable fields default
 * to null, so that adding one is backward compatible. `umsType`, `sourceType` and `umsName` keep what Avro has no word for.
 */
import type { Namespace } from '@rtdp/ums/namespace';
import type { UmsField, UmsType } from '@rtdp/ums/types';

export type AvroType = 'int' | 'long' | 'float' | 'double' | 'boolean' | 'string' | 'bytes';

export interface AvroField {
  name: string;
  type: AvroType | ['null', AvroType];
  default?: null;
  umsType: UmsType;
  umsName?: string;
  sourceType?: string;
  key?: true;
}

export interface AvroRecord {
  type: 'record';
  name: string;
  namespace: string;
  fields: AvroField[];
}

const AVRO_TYPES: Record<UmsType, AvroType> = {
  int: 'int',
  long: 'long',
  float: 'float',
  double: 'double',
  decimal: 'string',
  boolean: 'boolean',
  string: 'string',
  date: 'string',
  datetime: 'string',
  binary: 'bytes',
  jsonobject: 'string',
  jsonarray: 'string',
};

/** The record of a table; its name does not hold the version, so that versions of one subject can be compared. */
export function toAvroSchema(namespace: Namespace, fields: readonly UmsField[]): AvroRecord {
  const space = [namespace.system, namespace.instance, namespace.database].map(toAvroName).join('.');
  return { type: 'record', name: toAvroName(namespace.table), namespace: space, fields: fields.map(toAvroField) };
}

/** One subject per table and major version, for example `postgresql.shop01.public.orders-1`. */
export function subjectOf(namespace: Namespace, majorVersion: number): string {
  const parts = [namespace.system, namespace.instance, namespace.database, namespace.table];
  return `${parts.map(toAvroName).join('.')}-${majorVersion}`;
}

function toAvroField(field: UmsField): AvroField {
  const type = AVRO_TYPES[field.type];
  const name = toAvroName(field.name);
  return {
    name,
    ...(field.nullable ? { type: ['null', type] as ['null', AvroType], default: null } : { type }),
    umsType: field.type,
    ...(name === field.name ? {} : { umsName: field.name }),
    ...(field.sourceType === undefined ? {} : { sourceType: field.sourceType }),
    ...(field.key === true ? { key: true as const } : {}),
  };
}

/** Letters, digits and underscores stay; anything else becomes `_x<hex>_`, and so does an underscore that would look like one. */
export function toAvroName(name: string): string {
  const write = (character: string) => `_x${character.codePointAt(0)!.toString(16)}_`;
  const written = name.replace(/_(?=x)|[^A-Za-z0-9_]/gu, write).replace(/^[0-9]/, write);
  return written === '' ? '_x_' : written;
}

/** The name that {@link toAvroName} wrote. */
export function fromAvroName(written: string): string {
  if (written === '_x_') return '';
  return written.replace(/_x([0-9a-f]+)_/g, (_, hex: string) => String.fromCodePoint(Number.parseInt(hex, 16)));
}
