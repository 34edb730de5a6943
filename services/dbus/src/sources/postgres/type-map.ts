/**
 * Decides, for each type of Postgres, its UMS type, its `sourceType` and the code that writes its values; domains are taken as
 * their base type, arrays by their element, everything unknown as text.
 *
 * One {@link TypeMap} holds the types of one database as the catalog listed them; `resolve` answers from memory, and
 * `knows` tells when the catalog has to be read again (a type made later).
 */
import type { UmsType } from '@rtdp/ums/types';
import type { MappedType, ValueWriter } from './type-map-contract.ts';
import {
  writeBinary,
  writeBoolean,
  writeCheckedText,
  writeDate,
  writeFloat,
  writeInteger,
  writeQuotedNumber,
  writeText,
  writeTimestamp,
  writeTimestampWithZone,
} from './value-decoder.ts';
import { arrayWriter } from './value-decoder-array.ts';

/** A row of {@link TYPE_QUERY}. */
export interface CatalogType {
  oid: number;
  name: string;
  schema: string;
  /** b base, c composite, d domain, e enum, p pseudo, r range, m multirange. */
  kind: string;
  /** Element type if this is a true array type, else 0. */
  element: number;
  /** Of the element, if this is an array. */
  delimiter: string;
  /** Base type and its modifier if this is a domain, else 0 and -1. */
  base: number;
  baseModifier: number;
}

/** All types of a database; numbers arrive as numbers if oid and int4 are parsed, else as text. */
export const TYPE_QUERY = `
  select t.oid, t.typname as name, n.nspname as schema, t.typtype::text as kind,
         coalesce(e.oid, 0) as element, coalesce(e.typdelim, ',')::text as delimiter,
         t.typbasetype as base, t.typtypmod as "baseModifier"
    from pg_catalog.pg_type t
    join pg_catalog.pg_namespace n on n.oid = t.typnamespace
    left join pg_catalog.pg_type e on e.typarray = t.oid
   where t.typtype <> 'p' or e.oid is not null`;

interface ScalarRule {
  type: UmsType;
  write: ValueWriter;
  keyText: 'source' | 'json';
  /** Short name in `sourceType`. */
  name: string;
  /** Text of the modifier; undefined if the type shows none. */
  modifier?: (typeModifier: number) => string;
}

const length = (typeModifier: number): string => `(${typeModifier - 4})`;
const bits = (typeModifier: number): string => `(${typeModifier})`;
const precision = (typeModifier: number): string => `(${typeModifier})`;
const digits = (typeModifier: number): string => {
  const packed = typeModifier - 4;
  const scale = ((packed & 0x7ff) ^ 0x400) - 0x400; // eleven bits with a sign
  return `(${(packed >> 16) & 0xffff},${scale})`;
};

/** By name within pg_catalog; what is not here is text. */
const RULES: ReadonlyMap<string, ScalarRule> = new Map<string, ScalarRule>([
  ['bool', { type: 'boolean', write: writeBoolean, keyText: 'json', name: 'boolean' }],
  ['int2', { type: 'int', write: writeInteger, keyText: 'source', name: 'smallint' }],
  ['int4', { type: 'int', write: writeInteger, keyText: 'source', name: 'integer' }],
  ['int8', { type: 'long', write: writeQuotedNumber, keyText: 'source', name: 'bigint' }],
  ['oid', { type: 'long', write: writeQuotedNumber, keyText: 'source', name: 'oid' }],
  ['float4', { type: 'float', write: writeFloat, keyText: 'source', name: 'real' }],
  ['float8', { type: 'double', write: writeFloat, keyText: 'source', name: 'double precision' }],
  ['numeric', { type: 'decimal', write: writeQuotedNumber, keyText: 'source', name: 'numeric', modifier: digits }],
  ['date', { type: 'date', write: writeDate, keyText: 'source', name: 'date' }],
  ['timestamp', { type: 'datetime', write: writeTimestamp, keyText: 'source', name: 'timestamp', modifier: precision }],
  [
    'timestamptz',
    { type: 'datetime', write: writeTimestampWithZone, keyText: 'json', name: 'timestamptz', modifier: precision },
  ],
  ['bytea', { type: 'binary', write: writeBinary, keyText: 'json', name: 'bytea' }],
  ['json', { type: 'jsonobject', write: writeText, keyText: 'source', name: 'json' }],
  ['jsonb', { type: 'jsonobject', write: writeText, keyText: 'source', name: 'jsonb' }],
  ['varchar', { type: 'string', write: writeText, keyText: 'source', name: 'varchar', modifier: length }],
  ['bpchar', { type: 'string', write: writeText, keyText: 'source', name: 'char', modifier: length }],
  ['bit', { type: 'string', write: writeText, keyText: 'source', name: 'bit', modifier: bits }],
  ['varbit', { type: 'string', write: writeText, keyText: 'source', name: 'varbit', modifier: bits }],
  ['time', { type: 'string', write: writeText, keyText: 'source', name: 'time', modifier: precision }],
  ['timetz', { type: 'string', write: writeText, keyText: 'source', name: 'timetz', modifier: precision }],
]);

/** Types that differ from their name in the catalog when written without a modifier. */
const BARE_NAMES: Readonly<Record<string, string>> = { bpchar: 'bpchar', bit: 'bit' };

export interface TypeMapOptions {
  /** False for a database in SQL_ASCII: its texts are checked to be UTF-8, value by value. */
  textIsUtf8: boolean;
}

export class TypeMap {
  readonly #types = new Map<number, CatalogType>();
  readonly #resolved = new Map<string, MappedType>();
  readonly #options: TypeMapOptions;

  constructor(types: Iterable<CatalogType>, options: TypeMapOptions) {
    this.#options = options;
    this.replace(types);
  }

  get textIsUtf8(): boolean {
    return this.#options.textIsUtf8;
  }

  /** Takes the catalog's list anew; what was resolved before is resolved again when asked for. */
  replace(types: Iterable<CatalogType>): void {
    this.#types.clear();
    this.#resolved.clear();
    for (const type of types) {
      const row: CatalogType = {
        ...type,
        oid: Number(type.oid),
        element: Number(type.element),
        base: Number(type.base),
        baseModifier: Number(type.baseModifier),
      };
      this.#types.set(row.oid, row);
    }
  }

  /** False if the catalog must be read again before `resolve` can say more than "text". */
  knows(typeOid: number): boolean {
    return this.#types.has(typeOid);
  }

  /** A type that nobody knows is text under the name `oid <n>`. */
  resolve(typeOid: number, typeModifier: number): MappedType {
    const id = `${typeOid}/${typeModifier}`;
    const known = this.#resolved.get(id);
    if (known !== undefined) return known;
    const mapped = this.#map(typeOid, typeModifier);
    this.#resolved.set(id, mapped);
    return mapped;
  }

  #map(typeOid: number, typeModifier: number): MappedType {
    const type = this.#types.get(typeOid);
    if (type === undefined) return this.#text(`oid ${typeOid}`);
    if (type.kind === 'd' && type.base !== 0) {
      return this.resolve(type.base, typeModifier === -1 ? type.baseModifier : typeModifier);
    }
    if (type.element !== 0) {
      const element = this.resolve(type.element, typeModifier);
      return {
        type: 'jsonarray',
        sourceType: `${element.sourceType}[]`,
        write: arrayWriter(element.write, type.delimiter),
        keyText: 'source',
      };
    }
    if (type.schema !== 'pg_catalog') return this.#text(`${type.schema}.${type.name}`);
    const rule = RULES.get(type.name);
    // "char" is the catalog's one-byte type; char without quotes would mean bpchar.
    if (rule === undefined) return this.#text(type.name === 'char' ? '"char"' : type.name);
    const shown =
      rule.modifier !== undefined && typeModifier >= 0
        ? rule.name + rule.modifier(typeModifier)
        : (BARE_NAMES[type.name] ?? rule.name);
    return { type: rule.type, sourceType: shown, write: this.#checked(rule.write), keyText: rule.keyText };
  }

  #text(sourceType: string): MappedType {
    // citext is named bare, for the partition hash folds it by that name.
    const name = sourceType.endsWith('.citext') ? 'citext' : sourceType;
    return { type: 'string', sourceType: name, write: this.#checked(writeText), keyText: 'source' };
  }

  #checked(write: ValueWriter): ValueWriter {
    return write === writeText && !this.#options.textIsUtf8 ? writeCheckedText : write;
  }
}
