/** Asks Moonbox, as the one who asks: its own rights on databases, tables and columns hold for everybody. */
import { createMoonboxClient } from '@rtdp/moonbox/client';
import { databaseSchema, tableDetailSchema, tableSchema } from '@rtdp/moonbox/client/databases';
import { descriptionSchema, lineageSchema, queryResultSchema } from '@rtdp/moonbox/client/queries';
import { listOf } from '@rtdp/service/answer-shapes';
import { createServiceClient } from '@rtdp/service/client';
import { z } from 'zod';
import type { SourceTables } from '../client/sources.ts';
import type { Cell, DataSource, OnBehalf, SourceQuery } from './data-source.ts';

export interface MoonboxSourceOptions {
  baseUrl: string;
  /** Where names without a database are looked up; empty for nowhere. */
  database: string;
}

/** Rows are taken as they come: looking at each cell again would cost more than the query. */
const answerSchema = queryResultSchema.extend({ rows: z.custom<Cell[][]>(Array.isArray) });
/** Moonbox ends the statement first; this is for one that does not answer at all. */
const ANSWER_MARGIN_MS = 5_000;

/** The widgets of a dashboard ask one after the other. */
const RIGHTS_FRESH_MS = 500;

export function createMoonboxSource({ baseUrl, database }: MoonboxSourceOptions): DataSource {
  const inDatabase = database === '' ? {} : { database };
  const client = (onBehalf: OnBehalf, timeoutMs?: number) =>
    createServiceClient({ baseUrl, token: onBehalf.token, ...(timeoutMs === undefined ? {} : { timeoutMs }) });
  let rights = { version: '', at: Number.NEGATIVE_INFINITY };
  return {
    sameForAll: false,
    async check(onBehalf) {
      await createMoonboxClient({ baseUrl, token: onBehalf.token }).listDatabases();
    },
    tables: (onBehalf) => readTables(client(onBehalf)),
    async rightsVersion(onBehalf) {
      const at = performance.now();
      if (at - rights.at < RIGHTS_FRESH_MS) return rights.version;
      const version = await createMoonboxClient({ baseUrl, token: onBehalf.token }).rightsVersion();
      if (at > rights.at) rights = { version, at };
      return version;
    },
    async lineage(sql, onBehalf) {
      const { tables } = await client(onBehalf).request('POST', '/lineage', lineageSchema, { sql, ...inDatabase });
      return tables.map(({ database: name, table, sinkNamespace }) => ({ database: name, table, sinkNamespace }));
    },
    async prove(sql, _parameters, onBehalf) {
      const { columns } = await client(onBehalf).request('POST', '/describe', descriptionSchema, {
        sql,
        ...inDatabase,
      });
      return columns.map(({ name }) => name);
    },
    async query({ sql, parameters, maximumRows, timeoutMs, signal, label }: SourceQuery, onBehalf) {
      const body = { sql, parameters, ...inDatabase, format: 'json', maximumRows, timeoutMs, label };
      const answer = await client(onBehalf, timeoutMs + ANSWER_MARGIN_MS).request(
        'POST',
        '/query',
        answerSchema,
        body,
        signal,
      );
      const { columns, rows, truncated, tables } = answer;
      return { columns, rows, truncated, tables };
    },
    close: async () => undefined,
  };
}

/** Tables asked for at the same time. */
const SIDE_BY_SIDE = 8;

async function readTables({ request }: ReturnType<typeof createServiceClient>): Promise<SourceTables> {
  const part = encodeURIComponent;
  const { items } = await request('GET', '/databases', listOf(databaseSchema));
  const databases = await Promise.all(
    items.map(async ({ name }) => ({
      name,
      tables: (await request('GET', `/databases/${part(name)}/tables`, listOf(tableSchema))).items,
    })),
  );
  const wanted = databases.flatMap(({ tables }) => tables);
  const details = new Map<(typeof wanted)[number], z.output<typeof tableDetailSchema>>();
  const waiting = [...wanted];
  const work = async (): Promise<void> => {
    for (let table = waiting.shift(); table !== undefined; table = waiting.shift()) {
      const path = `/tables/${part(table.database)}/${part(table.name)}`;
      details.set(table, await request('GET', path, tableDetailSchema));
    }
  };
  await Promise.all(Array.from({ length: SIDE_BY_SIDE }, work));
  return {
    databases: databases.map(({ name, tables }) => ({
      name,
      tables: tables.map((table) => ({
        name: table.name,
        plainName: plainNameOf(table, tables),
        kind: table.kind,
        comment: table.comment,
        rowEstimate: table.rowEstimate,
        sinkNamespace: table.sinkNamespace,
        columns: details.get(table)!.columns.map(({ name: column, type, nullable, comment }) => ({
          name: column,
          type,
          nullable,
          comment,
        })),
      })),
    })),
  };
}

/** As the gateway looks names up: beside `schema.table` goes the table alone, where no other one is called so. */
export function plainNameOf(table: NamedTable, tables: readonly NamedTable[]): string | null {
  const { name, remoteSchema, remoteTable } = table;
  if (name !== `${remoteSchema}.${remoteTable}`) return null;
  const isTaken = tables.some((other) => other !== table && lastName(other) === remoteTable);
  return isTaken ? null : remoteTable;
}

interface NamedTable {
  name: string;
  remoteSchema: string;
  remoteTable: string;
}

function lastName({ name, remoteSchema, remoteTable }: NamedTable): string {
  return name === `${remoteSchema}.${remoteTable}` ? remoteTable : name;
}
