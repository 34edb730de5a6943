/** Hands the rows of a batch to the engine: a table function that fills only the columns a query asks for, 2,048 rows at a time. */
import duckdb, { type Connection, type DataChunk } from '@duckdb/node-bindings';
import type { Batch, Column, ColumnStorage } from '@rtdp/ums/batch';
import { ENGINE_TYPE_NUMBER } from './register-functions.ts';
import { StringWriter, writeNulls } from './string-layout.ts';

const CHUNK = duckdb.vector_size();

/** Engine type of each storage. */
export const STORAGE_TYPE = {
  text: 'VARCHAR',
  int32: 'INTEGER',
  int64: 'BIGINT',
  float64: 'DOUBLE',
  boolean: 'BOOLEAN',
} as const satisfies Record<ColumnStorage, string>;

/** What one query scans: the storages are fixed when it is prepared, batch and rows change with every run. */
export class Scan {
  readonly storages: readonly (ColumnStorage | 'skip')[];
  batch: Pick<Batch, 'rowCount' | 'columns'> | null = null;
  /** Indexes of the rows to hand over, rising; null = all rows of the batch. */
  rows: Int32Array | null = null;
  /** Next place in `rows`. */
  #at = 0;
  /** For each column the query asks for: -1 = the row number, else the source column. */
  #wanted: number[] = [];
  #counted = new Int32Array(0);
  readonly #writer = new StringWriter();

  constructor(storages: readonly (ColumnStorage | 'skip')[]) {
    this.storages = storages;
  }

  /** Result columns in the order they were declared: `r`, then `s<i>` of every column that is not skipped. */
  get declared(): readonly number[] {
    return [-1, ...this.storages.flatMap((storage, index) => (storage === 'skip' ? [] : [index]))];
  }

  begin(columns: readonly number[]): void {
    this.#wanted = columns.map((column) => this.declared[column]!);
    this.#at = 0;
  }

  fill(chunk: DataChunk): void {
    const { batch, rows } = this;
    const total = rows === null ? (batch?.rowCount ?? 0) : rows.length;
    const count = Math.min(CHUNK, total - this.#at);
    if (count <= 0 || batch === null) {
      duckdb.data_chunk_set_size(chunk, 0);
      return;
    }
    const first = this.#at;
    const picked = rows === null ? null : rows.subarray(first, first + count);
    for (const [index, column] of this.#wanted.entries()) {
      const vector = duckdb.data_chunk_get_vector(chunk, index);
      if (column === -1) {
        const numbers = picked ?? this.#countedTo(first + count).subarray(first);
        duckdb.copy_data_to_vector(vector, 0, numbers.buffer as ArrayBuffer, numbers.byteOffset, count * 4);
        continue;
      }
      const source = batch.columns[column]!;
      const part = picked === null ? { column: source, first } : { column: gather(source, picked), first: 0 };
      this.#writeColumn(vector, part.column, part.first, count);
    }
    duckdb.data_chunk_set_size(chunk, count);
    this.#at += count;
  }

  /** 0, 1, … at least up to the end. */
  #countedTo(end: number): Int32Array {
    if (this.#counted.length < end) {
      this.#counted = new Int32Array(end * 2);
      for (let row = 0; row < this.#counted.length; row += 1) this.#counted[row] = row;
    }
    return this.#counted;
  }

  #writeColumn(vector: Parameters<typeof writeNulls>[0], column: Column, first: number, count: number): void {
    if (column.storage === 'text') this.#writer.write(vector, column.bytes, column.offsets, first, count);
    else {
      const { values } = column;
      const width = values.BYTES_PER_ELEMENT;
      duckdb.copy_data_to_vector(
        vector,
        0,
        values.buffer as ArrayBuffer,
        values.byteOffset + first * width,
        count * width,
      );
    }
    writeNulls(vector, column.nulls, first, count);
  }
}

/** The column with only the given rows; -1 gives NULL. */
export function gather(column: Column, rows: Int32Array): Column {
  const count = rows.length;
  const nulls = new Uint8Array(count);
  const { untold: given } = column;
  const untold = given === undefined ? undefined : new Uint8Array(count);
  for (let index = 0; index < count; index += 1) {
    const row = rows[index]!;
    nulls[index] = row < 0 ? 1 : column.nulls[row]!;
    if (untold !== undefined && row >= 0) untold[index] = given![row]!;
  }
  const marks = untold === undefined ? { nulls } : { nulls, untold };
  if (column.storage === 'text')
    return { storage: 'text', ...gatherText(column.bytes, column.offsets, rows), ...marks };
  if (column.storage === 'int64') {
    const values = new BigInt64Array(count);
    for (let index = 0; index < count; index += 1) if (rows[index]! >= 0) values[index] = column.values[rows[index]!]!;
    return { storage: 'int64', values, ...marks };
  }
  const pick = <T extends Int32Array | Float64Array | Uint8Array>(from: T, to: T): T => {
    for (let index = 0; index < count; index += 1) if (rows[index]! >= 0) to[index] = from[rows[index]!]!;
    return to;
  };
  if (column.storage === 'int32')
    return { storage: 'int32', values: pick(column.values, new Int32Array(count)), ...marks };
  if (column.storage === 'float64') {
    return { storage: 'float64', values: pick(column.values, new Float64Array(count)), ...marks };
  }
  return { storage: 'boolean', values: pick(column.values, new Uint8Array(count)), ...marks };
}

/** The texts of the given rows, runs of neighbours in one copy. */
function gatherText(
  bytes: Uint8Array,
  offsets: Uint32Array,
  rows: Int32Array,
): { bytes: Uint8Array; offsets: Uint32Array } {
  const count = rows.length;
  const result = new Uint32Array(count + 1);
  let total = 0;
  for (let index = 0; index < count; index += 1) {
    const row = rows[index]!;
    if (row >= 0) total += offsets[row + 1]! - offsets[row]!;
    result[index + 1] = total;
  }
  const target = Buffer.allocUnsafe(total);
  let index = 0;
  while (index < count) {
    const row = rows[index]!;
    if (row < 0) {
      index += 1;
      continue;
    }
    let last = index;
    while (last + 1 < count && rows[last + 1] === rows[last]! + 1) last += 1;
    const [from, to] = [offsets[row]!, offsets[rows[last]! + 1]!];
    if (to > from) target.set(bytes.subarray(from, to), result[index]!);
    index = last + 1;
  }
  return { bytes: target, offsets: result };
}

/** Registers `rtdp_scan(number)`, which scans what `scans` holds under the number. */
export function registerScan(connection: Connection, scans: ReadonlyMap<number, Scan>): void {
  const tableFunction = duckdb.create_table_function();
  duckdb.table_function_set_name(tableFunction, 'rtdp_scan');
  duckdb.table_function_add_parameter(tableFunction, duckdb.create_logical_type(ENGINE_TYPE_NUMBER.INTEGER));
  duckdb.table_function_set_bind(tableFunction, (info) => {
    const scan = scans.get(duckdb.get_int32(duckdb.bind_get_parameter(info, 0)));
    if (scan === undefined) {
      duckdb.bind_set_error(info, 'the flow was closed');
      return;
    }
    for (const column of scan.declared) {
      const storage = column === -1 ? 'int32' : scan.storages[column]!;
      const type = STORAGE_TYPE[storage as ColumnStorage];
      const name = column === -1 ? 'r' : `s${column}`;
      duckdb.bind_add_result_column(info, name, duckdb.create_logical_type(ENGINE_TYPE_NUMBER[type]));
    }
    duckdb.bind_set_bind_data(info, scan);
  });
  duckdb.table_function_set_init(tableFunction, (info) => {
    const scan = duckdb.init_get_bind_data(info) as Scan;
    const columns = Array.from({ length: duckdb.init_get_column_count(info) }, (_, index) =>
      Number(duckdb.init_get_column_index(info, index)),
    );
    scan.begin(columns);
    duckdb.init_set_max_threads(info, 1);
  });
  duckdb.table_function_set_function(tableFunction, (info, output) => {
    try {
      (duckdb.function_get_bind_data(info) as Scan).fill(output);
    } catch (error) {
      duckdb.function_set_error(info, `rtdp_scan: ${(error as Error).stack ?? String(error)}`);
    }
  });
  duckdb.table_function_supports_projection_pushdown(tableFunction, true);
  duckdb.register_table_function(connection, tableFunction);
  duckdb.destroy_table_function_sync(tableFunction);
}
