/** Decides how a column of Postgres is described to whoever turns its text into UMS: types only, no code. */
import type { UmsField, UmsType } from '@rtdp/ums/types';

/**
 * Writes one value as JSON. `source[start, end)` is the type's own text as Postgres prints it under TimeZone=UTC,
 * DateStyle=ISO, IntervalStyle=postgres, extra_float_digits=1 and bytea_output=hex (see SESSION_SETTINGS); neither COPY's nor any
 * other escaping is left in it. The caller guarantees room for 8 × (end − start) + 16 bytes. Returns the position after
 * the value. Throws RtdpError DBUS_VALUE_MALFORMED.
 */
export type ValueWriter = (target: Uint8Array, at: number, source: Uint8Array, start: number, end: number) => number;

/** How one type of Postgres (domains and arrays already resolved) becomes UMS. */
export interface MappedType {
  type: UmsType;
  /** As `format_type` gives it, with the column's modifier: `numeric(12,2)`, `timestamptz(6)`, `character varying(40)[]`. */
  sourceType: string;
  write: ValueWriter;
  /** Which text of a key the partition hash takes: the source's own (it is the JSON text without quotes), or what `write` wrote. */
  keyText: 'source' | 'json';
}

/** A column as the catalog has it; what the log's Relation message lacks comes from here. */
export interface CatalogColumn {
  name: string;
  typeOid: number;
  typeModifier: number;
  notNull: boolean;
  /** Part of the replica identity (under FULL: of the primary key). */
  key: boolean;
}

/** A table as stream and snapshot both describe it, so that their fields are equal. */
export interface TableDefinition {
  oid: number;
  schema: string;
  table: string;
  replicaIdentity: 'default' | 'full' | 'index' | 'nothing';
  /** Without dropped and generated columns, in the order of the table. */
  columns: CatalogColumn[];
}

/** The UMS side of a {@link TableDefinition}: parallel arrays. */
export interface MappedTable {
  fields: UmsField[];
  writers: ValueWriter[];
  mapped: MappedType[];
}
