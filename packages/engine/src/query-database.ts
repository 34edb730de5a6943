/** Decides what a query's own database in the engine is like: locked down, limited, with Postgres' meanings, and clean when it is used again. */
import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import duckdb, { type Connection, type Database } from '@duckdb/node-bindings';
import { openDatabase } from './open-database.ts';
import type { QueryEngineOptions } from './query-contract.ts';
import type { Scan } from './scan-batch.ts';

/**
 * The rest of the optimisers stays: a query means the same with them, in Postgres too, where nobody promises which of two conditions is tried
 * first. These would compute what a CASE guards against (common_subexpressions), try conditions in another order than written (reorder_filter),
 * hide an overflow (sum_rewriter), or gave wrong results in this version (compressed_materialization).
 */
const DISABLED_OPTIMIZERS = 'common_subexpressions,reorder_filter,sum_rewriter,compressed_materialization';

export class QueryDatabase {
  readonly scans: Map<number, Scan>;
  readonly memoryLimit: string;
  readonly #database: Database;
  readonly #admin: Connection;
  readonly #spill: string | null;
  #nextScan = 0;

  private constructor(
    database: Database,
    admin: Connection,
    scans: Map<number, Scan>,
    memoryLimit: string,
    spill: string | null,
  ) {
    this.#database = database;
    this.#admin = admin;
    this.scans = scans;
    this.memoryLimit = memoryLimit;
    this.#spill = spill;
  }

  static async open(options: QueryEngineOptions, memoryLimit: string): Promise<QueryDatabase> {
    const spill = options.spillFolder === undefined ? null : mkdtempSync(join(options.spillFolder, 'query-'));
    const scans = new Map<number, Scan>();
    const { database, admin } = await openDatabase({
      threads: options.threads ?? 2,
      memoryLimit,
      spill: spill === null ? null : { folder: spill, maximum: options.maximumSpill ?? '4GB' },
      scans,
      disabledOptimizers: DISABLED_OPTIMIZERS,
      settings: [`SET default_null_order = 'nulls_last_on_asc_first_on_desc'`],
    });
    return new QueryDatabase(database, admin, scans, memoryLimit, spill);
  }

  connect(): Promise<Connection> {
    return duckdb.connect(this.#database);
  }

  /** The number by which SQL names the scan. */
  addScan(scan: Scan): number {
    this.#nextScan += 1;
    this.scans.set(this.#nextScan, scan);
    return this.#nextScan;
  }

  /** Takes the tables away, so that another query may have the database. */
  async clean(tables: readonly string[]): Promise<void> {
    for (const table of tables) await duckdb.query(this.#admin, `DROP TABLE IF EXISTS ${table}`);
    this.scans.clear();
  }

  close(): void {
    duckdb.disconnect_sync(this.#admin);
    duckdb.close_sync(this.#database);
    if (this.#spill !== null) rmSync(this.#spill, { recursive: true, force: true });
  }
}
