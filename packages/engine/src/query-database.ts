/** Decides what a query's own database in the engine is like: locked down, limited, with Postgres' meanings, and clean when it is used again. */
import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import duckdb, { type Connection, type Database } from '@duckdb/node-bindings';
import type { QueryEngineOptions } from './query-contract.ts';
import { registerFunctions } from './register-functions.ts';
import { registerScan, type Scan } from './scan-batch.ts';

/** A function of ours holds the only JavaScript thread; longer than this over 2,048 rows, and heartbeats would be missed. */
const LONGEST_CALL_MILLISECONDS = 3_000;

/**
 * The rest of the optimisers stays: a query means the same with them, in Postgres too, where nobody promises which of two conditions is tried
 * first. These would compute what a CASE guards against (common_subexpressions), try conditions in another order than written (reorder_filter),
 * hide an overflow (sum_rewriter), or gave wrong results in this version (compressed_materialization).
 */
const DISABLED_OPTIMIZERS = 'common_subexpressions,reorder_filter,sum_rewriter,compressed_materialization';

export class QueryDatabase {
  readonly scans = new Map<number, Scan>();
  readonly memoryLimit: string;
  readonly #database: Database;
  readonly #admin: Connection;
  readonly #spill: string | null;
  #nextScan = 0;

  private constructor(database: Database, admin: Connection, memoryLimit: string, spill: string | null) {
    this.#database = database;
    this.#admin = admin;
    this.memoryLimit = memoryLimit;
    this.#spill = spill;
  }

  static async open(options: QueryEngineOptions, memoryLimit: string): Promise<QueryDatabase> {
    const spill = options.spillFolder === undefined ? null : mkdtempSync(join(options.spillFolder, 'query-'));
    const config = duckdb.create_config();
    const settings: Record<string, string> = {
      threads: String(options.threads ?? 2),
      memory_limit: memoryLimit,
      temp_directory: spill ?? '',
      max_temp_directory_size: spill === null ? '0KB' : (options.maximumSpill ?? '4GB'),
      enable_external_access: 'false',
      autoinstall_known_extensions: 'false',
      autoload_known_extensions: 'false',
    };
    for (const [name, value] of Object.entries(settings)) duckdb.set_config(config, name, value);
    const database = await duckdb.open(':memory:', config);
    const admin = await duckdb.connect(database);
    const opened = new QueryDatabase(database, admin, memoryLimit, spill);
    registerFunctions(admin, LONGEST_CALL_MILLISECONDS);
    registerScan(admin, opened.scans);
    for (const sql of [
      `SET TimeZone = 'UTC'`,
      `SET preserve_insertion_order = true`,
      `SET default_null_order = 'nulls_last_on_asc_first_on_desc'`,
      `SET disabled_optimizers = '${DISABLED_OPTIMIZERS}'`,
      `SET lock_configuration = true`,
    ]) {
      await duckdb.query(admin, sql);
    }
    return opened;
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
