/** Opens a database of the engine in memory: nothing outside of the process can be read or written by SQL, and no setting can be changed by it. */
import duckdb, { type Connection, type Database } from '@duckdb/node-bindings';
import { registerFunctions } from './register-functions.ts';
import { registerScan, type Scan } from './scan-batch.ts';

/** A function of ours holds the only JavaScript thread; longer than this over 2,048 rows, and heartbeats would be missed. */
const LONGEST_CALL_MILLISECONDS = 3_000;

export interface DatabaseOptions {
  threads: number;
  memoryLimit: string;
  /** Where and how much may lie on disk; null for nothing. */
  spill: { folder: string; maximum: string } | null;
  /** Of one call of a function of ours, where that is less than what heartbeats bear. */
  longestCallMilliseconds?: number;
  /** What SQL names by their numbers. */
  scans: Map<number, Scan>;
  disabledOptimizers: string;
  /** `SET …`, before the settings are locked. */
  settings?: readonly string[];
}

/** Our functions and scans are in it, times are UTC, and rows keep their order. */
export async function openDatabase(options: DatabaseOptions): Promise<{ database: Database; admin: Connection }> {
  const config = duckdb.create_config();
  const settings: Record<string, string> = {
    threads: String(options.threads),
    memory_limit: options.memoryLimit,
    temp_directory: options.spill?.folder ?? '',
    max_temp_directory_size: options.spill?.maximum ?? '0KB',
    enable_external_access: 'false',
    autoinstall_known_extensions: 'false',
    autoload_known_extensions: 'false',
  };
  for (const [name, value] of Object.entries(settings)) duckdb.set_config(config, name, value);
  const database = await duckdb.open(':memory:', config);
  const admin = await duckdb.connect(database);
  registerFunctions(
    admin,
    Math.min(options.longestCallMilliseconds ?? LONGEST_CALL_MILLISECONDS, LONGEST_CALL_MILLISECONDS),
  );
  registerScan(admin, options.scans);
  for (const sql of [
    `SET TimeZone = 'UTC'`,
    `SET preserve_insertion_order = true`,
    `SET disabled_optimizers = '${options.disabledOptimizers}'`,
    ...(options.settings ?? []),
    `SET lock_configuration = true`,
  ]) {
    await duckdb.query(admin, sql);
  }
  return { database, admin };
}
