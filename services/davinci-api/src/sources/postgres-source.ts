/** Asks a Postgres directly, with the login of the source: read-only sessions in UTC, and the same answer for everybody. */
import { analyse } from '@rtdp/sql/analyse';
import { openReader } from '@rtdp/stores/readers';
import type { ColumnBatch, ReaderOptions } from '@rtdp/stores/scan-contract';
import type { Column } from '@rtdp/ums/batch';
import { RtdpError } from '@rtdp/ums/error';
import { formatNamespace, tableIdentity } from '@rtdp/ums/namespace';
import type { Cell, DataSource, SourceAnswer, SourceQuery, TableUse } from './data-source.ts';

export type PostgresSourceOptions = Pick<ReaderOptions, 'host' | 'port' | 'database' | 'user' | 'password'> & {
  tls: boolean;
};

const CONNECTIONS = 4;
/** A statement without rows has only to be understood. */
const PROOF_MS = 10_000;

export async function createPostgresSource({ tls, ...address }: PostgresSourceOptions): Promise<DataSource> {
  const reader = await openReader({
    kind: 'postgres',
    ...address,
    tls: tls ? 'verify' : 'off',
    connections: CONNECTIONS,
    applicationName: 'rtdp-davinci',
  });
  const usesOf = (sql: string): TableUse[] => tablesOf(sql, address.database);
  return {
    sameForAll: true,
    check: () => reader.check(),
    async tables() {
      const tables = await reader.introspect();
      const schemas = [...new Set(tables.map(({ schema }) => schema))];
      return {
        databases: schemas.map((name) => ({
          name,
          tables: tables
            .filter(({ schema }) => schema === name)
            .map((table) => ({
              name: table.name,
              plainName: null,
              kind: table.kind,
              comment: table.comment ?? null,
              rowEstimate: table.rowEstimate,
              sinkNamespace: namespaceOf(address.database, name, table.name),
              columns: table.columns.map((column) => ({
                name: column.name,
                type: column.typeText,
                nullable: column.nullable,
                comment: column.comment ?? null,
              })),
            })),
        })),
      };
    },
    rightsVersion: async () => '',
    lineage: async (sql) => usesOf(sql),
    async prove(sql, parameters) {
      refuseSideEffects(sql);
      const { columns, batches } = await reader.scan({ sql, parameters, timeoutMs: PROOF_MS });
      for await (const _batch of batches);
      return columns.map(({ name }) => name);
    },
    async query({ sql, parameters, maximumRows, timeoutMs, signal }: SourceQuery): Promise<SourceAnswer> {
      refuseSideEffects(sql);
      const { columns, batches } = await reader.scan({ sql, parameters, timeoutMs, signal });
      const rows: Cell[][] = [];
      let truncated = false;
      for await (const batch of batches) {
        addRows(
          batch,
          columns.map(({ type }) => type.name === 'float4'),
          rows,
          maximumRows,
        );
        truncated = rows.length > maximumRows;
        if (truncated) break;
      }
      if (truncated) rows.length = maximumRows;
      return {
        columns: columns.map(({ name, typeText }) => ({ name, type: typeText })),
        rows,
        truncated,
        tables: usesOf(sql),
      };
    },
    close: () => reader.close(),
  };
}

/**
 * Sessions are read-only and are used again by others, so a statement must be a SELECT that leaves no trace in its session and does not reach
 * out of the database. What the login of the source may do besides is its own matter: give it one that may only read.
 */
const REACHES_OUT =
  /^(set_config|nextval|setval|lo_\w+|dblink\w*|pg_(read|ls|stat)_(file|binary_file|dir|logdir|waldir|archive_statusdir|tmpdir)\w*|pg_(terminate|cancel)_backend|pg_(try_)?advisory_\w+|pg_reload_conf|pg_rotate_logfile|pg_notify|pg_switch_wal|pg_logical_\w+|pg_create_\w+|pg_drop_\w+|query_to_xml\w*|cursor_to_xml\w*)$/;

function refuseSideEffects(sql: string): void {
  const { kind, functions } = analyse(sql);
  const outside = functions.find((name) => REACHES_OUT.test(name.replace(/^pg_catalog\./, '')));
  if (kind === 'select' && outside === undefined) return;
  throw new RtdpError({
    code: 'DAVINCI_QUERY_INVALID',
    message: kind === 'select' ? `${outside} is not allowed here` : 'only a SELECT is allowed here',
    next: 'Write a SELECT that only reads.',
    facts: { function: outside },
  });
}

/** Tables as the statement names them; one without a schema is taken for one of `public`. What is no table of a flow never changes loudly. */
function tablesOf(sql: string, database: string): TableUse[] {
  const names = new Set(analyse(sql).tables.map(({ name }) => name));
  return [...names].map((name) => {
    const [table = name, schema = 'public'] = name.split('.').reverse();
    return { database: schema, table, sinkNamespace: namespaceOf(database, schema, table) };
  });
}

/** As a flow names the tables of its sink. */
function namespaceOf(database: string, schema: string, table: string): string {
  const namespace = {
    system: 'postgresql',
    instance: database,
    database: schema,
    table,
    version: '0',
    dbPartition: '0',
    tablePartition: '0',
  };
  formatNamespace(namespace);
  return tableIdentity(namespace);
}

const utf8 = new TextDecoder();

/** Adds rows until there is one more than `most`. */
function addRows(batch: ColumnBatch, isReal: readonly boolean[], rows: Cell[][], most: number): void {
  for (let row = 0; row < batch.rowCount && rows.length <= most; row++) {
    rows.push(batch.columns.map((column, index) => cellOf(column, row, isReal[index]!)));
  }
}

function cellOf(column: Column, row: number, isReal: boolean): Cell {
  if (column.nulls[row] === 1) return null;
  switch (column.storage) {
    case 'text': {
      const text = utf8.decode(column.bytes.subarray(column.offsets[row], column.offsets[row + 1]));
      return isReal ? finite(Number(text), text) : text;
    }
    case 'boolean':
      return column.values[row] === 1;
    case 'int64':
      return String(column.values[row]);
    case 'int32':
      return column.values[row]!;
    case 'float64':
      return finite(column.values[row]!, String(column.values[row]));
  }
}

/** JSON has no NaN and no infinities. */
function finite(value: number, text: string): Cell {
  return Number.isFinite(value) ? value : text;
}
