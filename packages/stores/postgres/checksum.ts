/** Computes what a comparison asks of one Postgres table: checksums of key ranges and row hashes, over canonical texts, inside the server. */
import type { UmsField } from '@rtdp/ums/types';
import type { Pool } from 'pg';
import type { Checksum, ComparedRow, ComparedSide, KeyText, Segment } from '../compare.ts';
import { quoteIdentifier } from './dialect.ts';
import { toStoreError } from './errors.ts';

/** Keys of these types are ordered alike by every server; texts are ordered by a collation that the two servers need not share. */
const ORDERED_ALIKE =
  /^(smallint|integer|bigint|int2|int4|int8|int|numeric|decimal|uuid|date|timestamp|timestamptz|time|boolean|bool|bytea|oid)(\([0-9, ]*\))?( with(out)? time zone)?$/;

/** One number may be written `1.0` and `1.00`, or `0` and `-0`: as a key it is the same, and a sink keeps the text it had first. */
const MANY_TEXTS: readonly [type: RegExp, canonical: (column: string) => string][] = [
  [/^(numeric|decimal)(\(|$)/, (column) => `trim_scale(${column})`],
  [/^(real|double precision|float4|float8)$/, (column) => `(${column} + 0)`],
];

/** What a comparison has to know of a column. */
export type ComparedField = Pick<UmsField, 'name' | 'key' | 'sourceType'>;

export interface ComparedTable {
  readonly pool: Pool;
  /** Quoted, with schema; may be a view. */
  readonly table: string;
  /** What stands behind FROM where it is not just the table, for example `ONLY "public"."parent"`. */
  readonly from?: string;
  /** Field → the column's own name, where it is another one. */
  readonly names?: ReadonlyMap<string, string>;
  readonly fields: readonly ComparedField[];
  /** Further condition, for example for one source's rows; already SQL. */
  readonly condition?: string;
  /** Whether the row version may be read (a view has none). */
  readonly versioned: boolean;
}

/** What is known of a side before its server is asked. */
export function describeSide(
  fields: readonly ComparedField[],
): Pick<ComparedSide, 'columns' | 'keyColumns' | 'ordered'> {
  const keys = fields.filter((field) => field.key);
  return {
    columns: fields.map((field) => field.name),
    keyColumns: keys.map((field) => field.name),
    ordered: keys.length > 0 && keys.every((field) => ORDERED_ALIKE.test(field.sourceType ?? '')),
  };
}

export class PostgresComparedSide implements ComparedSide {
  readonly columns: readonly string[];
  readonly keyColumns: readonly string[];
  readonly ordered: boolean;
  readonly #table: ComparedTable;
  readonly #key: string;
  readonly #keyText: string;
  readonly #hash: string;
  readonly #where: string;
  readonly #from: string;
  /** SQL for the canonical text of each column. */
  readonly #texts: readonly string[];
  /** The key's columns under the table's own names. */
  readonly #ownKeys: readonly string[];

  constructor(table: ComparedTable) {
    const keys = table.fields.filter((field) => field.key);
    this.#table = table;
    ({ columns: this.columns, keyColumns: this.keyColumns, ordered: this.ordered } = describeSide(table.fields));
    const own = (field: ComparedField) => table.names?.get(field.name) ?? field.name;
    this.#ownKeys = keys.map(own);
    this.#key = this.#ownKeys.map(quoteIdentifier).join(', ');
    const text = (field: ComparedField) => {
      const column = quoteIdentifier(own(field));
      const canonical = field.key && MANY_TEXTS.find(([type]) => type.test(field.sourceType ?? ''))?.[1];
      return `${canonical ? canonical(column) : column}::text`;
    };
    this.#keyText = `ARRAY[${keys.map(text).join(', ')}]`;
    this.#texts = table.fields.map(text);
    // The text of a row tells NULL from '' and never runs two values into one.
    this.#hash = `md5(ROW(${this.#texts.join(', ')})::text)`;
    this.#from = table.from ?? table.table;
    this.#where = table.condition ?? 'true';
  }

  async estimateRows(): Promise<number> {
    const [row] = await this.#query<{ rows: string }>(
      `SELECT greatest(coalesce((SELECT sum(c.reltuples) FROM pg_partition_tree($1::regclass) p JOIN pg_class c ON c.oid = p.relid WHERE p.isleaf),
        (SELECT reltuples FROM pg_class WHERE oid = $1::regclass)), 0)::bigint AS rows`,
      [this.#table.table],
    );
    const known = Number(row?.rows ?? 0);
    if (known > 0) return known;
    const [counted] = await this.#query<{ rows: string }>(
      `SELECT count(*) AS rows FROM ${this.#from} WHERE ${this.#where}`,
      [],
    );
    return Number(counted?.rows ?? 0);
  }

  async boundary(after: KeyText | null, rows: number): Promise<KeyText | null> {
    const [row] = await this.#query<{ key: string[] }>(
      `SELECT ${this.#keyText} AS key FROM ${this.#from} WHERE ${this.#where} ${after ? `AND ${this.#compareKey('>', 1)}` : ''}
       ORDER BY ${this.#key} OFFSET ${rows - 1} LIMIT 1`,
      after ?? [],
    );
    return row?.key ?? null;
  }

  async checksum(segment: Segment): Promise<Checksum> {
    const { condition, values } = this.#inSegment(segment);
    const [row] = await this.#query<{ rows: string; sum: string }>(
      `SELECT count(*) AS rows, coalesce(sum(${number('hash')}), 0)::text AS sum
       FROM (SELECT ${this.#hash} AS hash FROM ${this.#from} WHERE ${this.#where} AND ${condition}) hashed`,
      values,
    );
    return { rows: Number(row?.rows ?? 0), sum: row?.sum ?? '0' };
  }

  async bucketChecksums(of: number): Promise<Map<number, Checksum>> {
    const rows = await this.#query<{ bucket: string; rows: string; sum: string }>(
      `SELECT bucket, count(*) AS rows, sum(${number('hash')})::text AS sum
       FROM (SELECT ${this.#bucket(of)} AS bucket, ${this.#hash} AS hash FROM ${this.#from} WHERE ${this.#where}) hashed GROUP BY bucket`,
      [],
    );
    return new Map(rows.map((row) => [Number(row.bucket), { rows: Number(row.rows), sum: row.sum }]));
  }

  async rowHashes(segment: Segment): Promise<Map<string, string>> {
    const { condition, values } = this.#inSegment(segment);
    const rows = await this.#query<{ key: string[]; hash: string }>(
      `SELECT ${this.#keyText} AS key, ${this.#hash} AS hash FROM ${this.#from} WHERE ${this.#where} AND ${condition}`,
      values,
    );
    return new Map(rows.map((row) => [JSON.stringify(row.key), row.hash]));
  }

  async rowsByKey(keys: readonly KeyText[]): Promise<Map<string, ComparedRow>> {
    const found = new Map<string, ComparedRow>();
    const version = this.#table.versioned ? `xmin::text || ' ' || ctid::text` : `''`;
    const types = await this.#keyTypes();
    for (let from = 0; from < keys.length; from += 500) {
      const some = keys.slice(from, from + 500);
      const rows = await this.#query<{ key: string[]; hash: string; version: string; texts: (string | null)[] }>(
        `SELECT ${this.#keyText} AS key, ${this.#hash} AS hash, ${version} AS version, ARRAY[${this.#texts.join(', ')}] AS texts
         FROM ${this.#from} WHERE ${this.#where}
         AND (${this.#key}) IN (SELECT ${types.map((type, index) => `k${index}::${type}`).join(', ')}
           FROM unnest(${types.map((_, index) => `$${index + 1}::text[]`).join(', ')}) AS k(${types.map((_, index) => `k${index}`).join(', ')}))`,
        types.map((_, index) => some.map((key) => key[index])),
      );
      for (const row of rows) {
        found.set(JSON.stringify(row.key), { hash: row.hash, version: row.version, values: row.texts });
      }
    }
    return found;
  }

  #types: string[] | undefined;

  async #keyTypes(): Promise<string[]> {
    if (this.#types) return this.#types;
    const rows = await this.#query<{ name: string; type: string }>(
      `SELECT attname AS name, format_type(atttypid, NULL) AS type FROM pg_attribute WHERE attrelid = $1::regclass AND attname = ANY ($2)`,
      [this.#table.table, [...this.#ownKeys]],
    );
    const byName = new Map(rows.map((row) => [row.name, row.type]));
    this.#types = this.#ownKeys.map((name) => byName.get(name) ?? 'text');
    return this.#types;
  }

  #bucket(of: number): string {
    return `(${number(`md5(${this.#keyText}::text)`)} % ${of})`;
  }

  #inSegment(segment: Segment): { condition: string; values: string[] } {
    if (segment.kind === 'bucket') return { condition: `${this.#bucket(segment.of)} = ${segment.bucket}`, values: [] };
    const conditions: string[] = [];
    const values: string[] = [];
    if (segment.after) {
      conditions.push(this.#compareKey('>', 1));
      values.push(...segment.after);
    }
    if (segment.upTo) {
      conditions.push(this.#compareKey('<=', values.length + 1));
      values.push(...segment.upTo);
    }
    return { condition: conditions.length > 0 ? conditions.join(' AND ') : 'true', values };
  }

  #compareKey(operator: '>' | '<=', firstParameter: number): string {
    const parameters = this.keyColumns.map((_, index) => `$${firstParameter + index}`);
    return `(${this.#key}) ${operator} (${parameters.join(', ')})`;
  }

  async #query<Row extends object>(text: string, values: readonly unknown[]): Promise<Row[]> {
    try {
      return (await this.#table.pool.query<Row>(text, [...values])).rows;
    } catch (error) {
      throw toStoreError(error, { table: this.#table.table });
    }
  }
}

/** 60 bits of a hash as a number: sums of it are exact and do not depend on the order of rows. */
function number(hash: string): string {
  return `('x' || substr(${hash}, 1, 15))::bit(60)::bigint`;
}
