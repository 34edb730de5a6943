/** Gives a test the same rows twice: split over a Postgres and a MariaDB as the gateway sees them, and all in one Postgres as the oracle. */
import type { QueryEngine } from '@rtdp/engine/query-contract';
import { createQueryEngine } from '@rtdp/engine/query-engine';
import { openReader } from '@rtdp/stores/readers';
import type { ColumnBatch, IntrospectedTable, ServerFacts, StoreReader } from '@rtdp/stores/scan-contract';
import { type TestMariaDatabase, testMariaDb } from '@rtdp/testing/mariadb';
import { type TestDatabase, testPostgres } from '@rtdp/testing/postgres';
import { askForKeys } from '../../query/read-keys.ts';
import type { Plan, PlannerContext, PlannerTable } from '../contract.ts';
import { planQuery } from '../plan-query.ts';
import { RecordingProxy } from './recording-proxy.ts';

/** `undefined` for a side a table does not stand on. */
export interface StoredTable {
  readonly name: string;
  readonly store: 'pg' | 'maria';
  /** Columns and keys, as CREATE TABLE takes them in parentheses. */
  readonly postgres: string;
  readonly maria?: string;
  readonly rows: readonly (readonly (string | null)[])[];
}

export type Row = readonly (string | null)[];

export type PlanningOptions = Partial<Pick<PlannerContext, 'parameters' | 'parameterTypes' | 'facts'>>;

export class TwoStores implements AsyncDisposable {
  readonly oracle: TestDatabase;
  readonly postgres: TestDatabase;
  readonly maria: TestMariaDatabase;
  /** Hears what the gateway sends to the Postgres. */
  readonly proxy: RecordingProxy;
  readonly #readers: Record<'pg' | 'maria', StoreReader>;
  readonly #engine: QueryEngine;
  readonly #tables = new Map<string, PlannerTable>();
  readonly #facts = new Map<string, ServerFacts>();

  private constructor(
    oracle: TestDatabase,
    postgres: TestDatabase,
    maria: TestMariaDatabase,
    proxy: RecordingProxy,
    readers: Record<'pg' | 'maria', StoreReader>,
    engine: QueryEngine,
  ) {
    this.oracle = oracle;
    this.postgres = postgres;
    this.maria = maria;
    this.proxy = proxy;
    this.#readers = readers;
    this.#engine = engine;
  }

  static async open(tables: readonly StoredTable[], options: { mariaCollation?: string } = {}): Promise<TwoStores> {
    const settings = { timezone: 'UTC', extra_float_digits: 1 };
    const [oracle, postgres, maria] = await Promise.all([
      testPostgres({ settings }),
      testPostgres({ settings }),
      testMariaDb({ collation: options.mariaCollation ?? 'utf8mb4_nopad_bin' }),
    ]);
    const { proxy, url } = await RecordingProxy.open(postgres.url);
    const readers = {
      pg: await openReader({ kind: 'postgres', url }),
      maria: await openReader({ kind: 'mysql', url: maria.url }),
    };
    const stores = new TwoStores(
      oracle,
      postgres,
      maria,
      proxy,
      readers,
      await createQueryEngine({ threads: 2, memoryLimit: '512MB' }),
    );
    await stores.#create(tables);
    return stores;
  }

  async #create(tables: readonly StoredTable[]): Promise<void> {
    await this.oracle.query('create schema pg; create schema maria');
    for (const { name, store, postgres, maria, rows } of tables) {
      await insertIntoPostgres(this.oracle, `${store}."${name}"`, postgres, rows);
      if (store === 'pg') await insertIntoPostgres(this.postgres, `public."${name}"`, postgres, rows);
      else await insertIntoMaria(this.maria, name, maria ?? postgres, rows);
    }
    await this.refresh();
  }

  /** Reads the tables of both stores anew. */
  async refresh(): Promise<void> {
    await this.postgres.query('analyze');
    for (const [store, reader] of Object.entries(this.#readers) as ['pg' | 'maria', StoreReader][]) {
      this.#facts.set(store, await reader.serverFacts());
      for (const table of await reader.introspect())
        this.#tables.set(`${store}.${table.name}`, toPlannerTable(store, table));
    }
  }

  context(options: PlanningOptions = {}): PlannerContext {
    return {
      findTable: (database, name) => this.#tables.get(`${database ?? 'pg'}.${name}`),
      tableNames: () => [...this.#tables.keys()],
      facts: this.#facts,
      now: new Date('2026-01-15T10:20:30.456Z'),
      ...options,
    };
  }

  plan(sql: string, options: PlanningOptions = {}): Plan {
    return planQuery(sql, this.context(options));
  }

  /** What the gateway answers, as Postgres' texts (booleans t and f). */
  async answer(sql: string, options: PlanningOptions = {}): Promise<Row[]> {
    return this.run(this.plan(sql, options));
  }

  async run(plan: Plan): Promise<Row[]> {
    const read = async (batches: AsyncIterable<ColumnBatch>): Promise<Row[]> => {
      const rows: Row[] = [];
      for await (const batch of batches) rows.push(...rowsOf(batch));
      return rows;
    };
    if (plan.whole !== undefined) {
      const { sql, parameters, store } = plan.whole;
      const columns = plan.columns === null ? {} : { columns: plan.columns };
      return read((await this.#readers[store as 'pg' | 'maria'].scan({ sql, parameters, ...columns })).batches);
    }
    await using query = await this.#engine.openQuery();
    for (const part of plan.parts) {
      let { sql, parameters } = part;
      if (part.reduce !== undefined) ({ sql, parameters } = await askForKeys(query, part, part.reduce));
      const scan = await this.#readers[part.store as 'pg' | 'maria'].scan({ sql, parameters, columns: part.columns });
      await query.load(part.name, part.columns, scan.batches);
    }
    return await read(query.run(plan.local!.sql, plan.columns!));
  }

  /** What one Postgres answers that holds everything. */
  async expected(sql: string, parameters: Row = []): Promise<Row[]> {
    const result = await this.oracle.pool.query<(string | null)[]>({
      text: sql,
      values: [...parameters],
      rowMode: 'array',
      types: { getTypeParser: () => (value: string) => value },
    } as never);
    return result.rows as Row[];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([this.#readers.pg.close(), this.#readers.maria.close(), this.#engine.close()]);
    await this.proxy.close();
    await Promise.all([this.oracle.drop(), this.postgres.drop(), this.maria.drop()]);
  }
}

function toPlannerTable(store: 'pg' | 'maria', table: IntrospectedTable): PlannerTable {
  return {
    database: store,
    name: table.name,
    store,
    storeKind: store === 'pg' ? 'postgres' : 'mysql',
    remoteSchema: table.schema,
    remoteTable: table.name,
    columns: table.columns,
    primaryKey: table.primaryKey,
    indexes: table.indexes,
    rowEstimate: table.rowEstimate,
  };
}

async function insertIntoPostgres(
  database: TestDatabase,
  table: string,
  columns: string,
  rows: readonly Row[],
): Promise<void> {
  await database.query(`create table ${table} (${columns})`);
  for (let at = 0; at < rows.length; at += 200) {
    const some = rows.slice(at, at + 200);
    const values = some.map(
      (row) => `(${row.map((value) => (value === null ? 'null' : `'${value.replaceAll("'", "''")}'`)).join(', ')})`,
    );
    await database.query(`insert into ${table} values ${values.join(', ')}`);
  }
}

async function insertIntoMaria(
  database: TestMariaDatabase,
  table: string,
  columns: string,
  rows: readonly Row[],
): Promise<void> {
  await database.query(`CREATE TABLE \`${table}\` (${columns})`);
  for (let at = 0; at < rows.length; at += 200) {
    const some = rows.slice(at, at + 200);
    const marks = some.map((row) => `(${row.map(() => '?').join(', ')})`);
    await database.query(`INSERT INTO \`${table}\` VALUES ${marks.join(', ')}`, some.flat());
  }
}

const decoder = new TextDecoder();

/** Texts as Postgres prints them. */
export function rowsOf(batch: ColumnBatch): Row[] {
  const columns = batch.columns.map((column) => (row: number): string | null => {
    if (column.nulls[row] === 1) return null;
    switch (column.storage) {
      case 'text':
        return decoder.decode(column.bytes.subarray(column.offsets[row]!, column.offsets[row + 1]!));
      case 'boolean':
        return column.values[row] === 1 ? 't' : 'f';
      default:
        return String(column.values[row]).replace(/^(-?)Infinity$/, '$1Infinity');
    }
  });
  return Array.from({ length: batch.rowCount }, (_, row) => columns.map((valueAt) => valueAt(row)));
}

/** Rows in an order of their own, for queries without one; numbers that print differently but are one double count as equal. */
export function comparable(rows: readonly Row[], ordered: boolean): string[] {
  const texts = rows.map((row) =>
    JSON.stringify(
      row.map((value) => (value !== null && /e[+-]?\d|^-?\d+\.\d{15,}$/i.test(value) ? String(Number(value)) : value)),
    ),
  );
  return ordered ? texts : texts.sort();
}
