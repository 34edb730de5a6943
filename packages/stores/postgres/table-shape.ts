/** Decides how a sink table is laid out: its names, its key, its system columns, and the side table that remembers deletes. */
import { RtdpError } from '@rtdp/ums/error';
import type { UmsField } from '@rtdp/ums/types';
import type { SinkDefinition } from '../contract.ts';
import { listColumns, qualify, quoteIdentifier, quoteLiteral } from './dialect.ts';
import type { ColumnType } from './types.ts';
import { columnType } from './types.ts';

export const ID = 'ums_id_';
export const TIMESTAMP = 'ums_ts_';
export const OPERATION = 'ums_op_';
export const ACTIVE = 'ums_active_';
export const SOURCE = 'ums_source_';
const SYSTEM = new Set([ID, TIMESTAMP, OPERATION, ACTIVE, SOURCE, 'ums_uid_', 'ums_part_']);

/** A column the sink table has. `dropped`: the source has it no more; it stays for what it holds. */
export interface StoredField extends UmsField {
  readonly dropped?: boolean;
}

/** How rows find their place: by key, by key per source row's ordinal, as one more row of history, or by id alone. */
export type TableMode = 'keyed' | 'replaced' | 'history' | 'keyless';

export interface TableShape {
  readonly sinkId: number;
  readonly mode: TableMode;
  readonly tombstone: boolean;
  /** Quoted, with schema. */
  readonly table: string;
  /** Remembers key → greatest id that deleted it; for `replaced`, source key → greatest id at all. */
  readonly side: string;
  readonly sequence: string;
  /** Columns of the primary key, in its order. */
  readonly primaryKey: readonly string[];
  /** The source row's identity: what the side table, the guard and re-reads go by. Empty for `keyless`. */
  readonly rowKey: readonly string[];
  readonly sourceInKey: boolean;
  readonly fields: readonly StoredField[];
  readonly sourceSystem: string;
}

export function shapeOf(definition: SinkDefinition, sinkId: number, fields: readonly StoredField[]): TableShape {
  const keyFields = fields.filter((field) => field.key && !field.dropped).map((field) => field.name);
  const source = definition.sourceNamespaceInKey ? [SOURCE] : [];
  const ordinal = definition.explode?.ordinalColumn;
  const mode: TableMode =
    keyFields.length === 0
      ? 'keyless'
      : definition.deletes === 'history'
        ? 'history'
        : ordinal !== undefined
          ? 'replaced'
          : 'keyed';
  const key = [...source, ...keyFields];
  const primaryKey: Record<TableMode, string[]> = {
    keyed: key,
    replaced: [...key.filter((name) => name !== ordinal), ...(ordinal === undefined ? [] : [ordinal])],
    history: [...key, ID],
    keyless: [...source, ID],
  };
  return {
    sinkId,
    mode,
    tombstone: definition.deletes === 'tombstone' && mode === 'keyed',
    table: qualify(definition.schema, definition.table),
    side: qualify('rtdp', `sink_${sinkId}_remembered`),
    sequence: qualify('rtdp', `sink_${sinkId}_commits`),
    primaryKey: primaryKey[mode],
    rowKey: mode === 'keyless' ? [] : key.filter((name) => name !== ordinal),
    sourceInKey: source.length > 0,
    fields,
    sourceSystem: definition.sourceSystem ?? 'postgresql',
  };
}

/** @throws STORE_BAD_DEFINITION */
export function checkDefinition(definition: SinkDefinition): void {
  const problem = findProblem(definition);
  if (problem === undefined) return;
  throw new RtdpError({
    code: 'STORE_BAD_DEFINITION',
    message: `the sink ${definition.schema}.${definition.table} cannot be made: ${problem}`,
    next: 'Change the flow.',
    facts: { schema: definition.schema, table: definition.table, flow: definition.flow },
  });
}

function findProblem({ fields, explode, deletes, schema, table, flow }: SinkDefinition): string | undefined {
  if (schema === '' || table === '' || flow === '') return 'schema, table and flow need a name';
  if (schema === 'rtdp') return 'the schema rtdp is kept for bookkeeping';
  const names = fields.map((field) => field.name);
  if (new Set(names).size < names.length) return 'two columns have one name';
  const reserved = names.find((name) => SYSTEM.has(name));
  if (reserved !== undefined) return `the column name ${reserved} is reserved`;
  const long = [schema, table, ...names].find((name) => Buffer.byteLength(name) > 63);
  if (long !== undefined) return `Postgres cuts the name ${long} at 63 bytes`;
  if (explode === undefined) return undefined;
  const ordinal = fields.find((field) => field.name === explode.ordinalColumn);
  if (!ordinal?.key) return `the ordinal column ${explode.ordinalColumn} must be one of the key fields`;
  if (fields.filter((field) => field.key).length < 2)
    return 'an exploded row needs its source row’s key beside the ordinal';
  if (deletes !== 'physical')
    return `exploded rows cannot be kept as ${deletes}: a source row replaces what it gave before`;
  return undefined;
}

export function typeOf(shape: Pick<TableShape, 'sourceSystem'>, field: UmsField): ColumnType {
  return columnType(field, shape.sourceSystem);
}

/** Only key columns are NOT NULL: any other may be untold, and NOT NULL is checked before the conflict with the stored row. */
export function createTableStatement(shape: TableShape, create = 'CREATE TABLE', name = shape.table): string {
  const columns = [
    ...(shape.sourceInKey ? [`${quoteIdentifier(SOURCE)} text NOT NULL`] : []),
    ...shape.fields.map(
      (field) => `${quoteIdentifier(field.name)} ${typeOf(shape, field).declared}${field.key ? ' NOT NULL' : ''}`,
    ),
    `${ID} bigint NOT NULL`,
    `${TIMESTAMP} timestamptz(6) NOT NULL`,
    ...(shape.mode === 'history' ? [`${OPERATION} text NOT NULL`] : []),
    ...(shape.tombstone ? [`${ACTIVE} smallint NOT NULL`] : []),
    `PRIMARY KEY (${listColumns(shape.primaryKey)})`,
  ];
  return `${create} ${name} (${columns.join(', ')})`;
}

/** What belongs to a sink table beside it. */
export function createBesideStatements(shape: TableShape, definition: SinkDefinition): string[] {
  const statements = [
    `CREATE SEQUENCE ${shape.sequence}`,
    // From the clock, in microseconds: a table that is made anew goes on above the numbers that were told of the one before it.
    `SELECT setval(${quoteLiteral(shape.sequence)}, (extract(epoch FROM clock_timestamp()) * 1000000)::bigint)`,
    `COMMENT ON TABLE ${shape.table} IS ${quoteLiteral(`Written by the flow ${definition.flowName ?? definition.flow}.`)}`,
  ];
  if (shape.rowKey.length > 0 && shape.mode !== 'history') {
    const types = new Map(shape.fields.map((field) => [field.name, typeOf(shape, field).declared]));
    const keys = shape.rowKey.map(
      (name) => `${quoteIdentifier(name)} ${name === SOURCE ? 'text' : types.get(name)} NOT NULL`,
    );
    statements.push(
      `CREATE TABLE ${shape.side} (${keys.join(', ')}, ${ID} bigint NOT NULL, PRIMARY KEY (${listColumns(shape.rowKey)}))`,
    );
  }
  const views = createViewStatements(shape, definition);
  if (views.length > 0) statements.push(`DROP VIEW IF EXISTS ${liveView(definition)}`);
  return [...statements, ...views];
}

/** The only thing that readers of a tombstone or history table should see as "the table": its rows that live. */
export function liveView(definition: SinkDefinition): string {
  return qualify(definition.schema, `${definition.table.slice(0, 58)}_live`);
}

export function createViewStatements(shape: TableShape, definition: SinkDefinition): string[] {
  const columns = [
    ...(shape.sourceInKey ? [SOURCE] : []),
    ...shape.fields.filter((field) => !field.dropped).map((field) => field.name),
    ID,
    TIMESTAMP,
  ];
  const view = liveView(definition);
  if (shape.tombstone) {
    return [`CREATE VIEW ${view} AS SELECT ${listColumns(columns)} FROM ${shape.table} WHERE ${ACTIVE} = 1`];
  }
  if (shape.mode === 'history') {
    const key = listColumns(shape.rowKey);
    return [
      `CREATE VIEW ${view} AS SELECT ${listColumns(columns)} FROM (
        SELECT DISTINCT ON (${key}) * FROM ${shape.table} ORDER BY ${key}, ${ID} DESC) newest WHERE ${OPERATION} <> 'd'`,
    ];
  }
  return [];
}
