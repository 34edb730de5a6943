/** Reads the chunks of a result into columns, without an object per row. */
import duckdb, { type DataChunk } from '@duckdb/node-bindings';
import type { Column, ColumnStorage } from '@rtdp/ums/batch';
import { DecimalTexts, decimalWidth } from './decimal-text.ts';
import { isValid, readValidity, StringReader } from './string-layout.ts';

/** Rows of all chunks. */
export function rowsOf(chunks: readonly DataChunk[]): number {
  let rows = 0;
  for (const chunk of chunks) rows += duckdb.data_chunk_get_size(chunk);
  return rows;
}

/** A column of 32-bit integers without NULLs, such as the row number. */
export function readIntegers(chunks: readonly DataChunk[], column: number, rows: number): Int32Array {
  const values = new Int32Array(rows);
  let at = 0;
  for (const chunk of chunks) {
    const count = duckdb.data_chunk_get_size(chunk);
    const data = duckdb.vector_get_data(duckdb.data_chunk_get_vector(chunk, column), count * 4);
    values.set(new Int32Array(data.buffer, data.byteOffset, count), at);
    at += count;
  }
  return values;
}

/** A result column in the storage it was asked for. */
export function readColumn(chunks: readonly DataChunk[], column: number, storage: ColumnStorage, rows: number): Column {
  const nulls = new Uint8Array(rows);
  let at = 0;
  const eachChunk = (read: (data: Uint8Array, count: number, at: number) => void, width: number): void => {
    for (const chunk of chunks) {
      const count = duckdb.data_chunk_get_size(chunk);
      const vector = duckdb.data_chunk_get_vector(chunk, column);
      markNulls(nulls, at, readValidity(vector, count), count);
      read(duckdb.vector_get_data(vector, count * width), count, at);
      at += count;
    }
  };
  if (storage === 'text') {
    const reader = new StringReader();
    for (const chunk of chunks) {
      const count = duckdb.data_chunk_get_size(chunk);
      const vector = duckdb.data_chunk_get_vector(chunk, column);
      const validity = readValidity(vector, count);
      markNulls(nulls, at, validity, count);
      reader.append(vector, count, validity);
      at += count;
    }
    return { storage, nulls, bytes: reader.bytes, offsets: reader.offsets.subarray(0, rows + 1) };
  }
  if (storage === 'int64') {
    const values = new BigInt64Array(rows);
    eachChunk((data, count, start) => values.set(new BigInt64Array(data.buffer, data.byteOffset, count), start), 8);
    return clean({ storage, nulls, values });
  }
  if (storage === 'int32') {
    const values = new Int32Array(rows);
    eachChunk((data, count, start) => values.set(new Int32Array(data.buffer, data.byteOffset, count), start), 4);
    return clean({ storage, nulls, values });
  }
  if (storage === 'float64') {
    const values = new Float64Array(rows);
    eachChunk((data, count, start) => values.set(new Float64Array(data.buffer, data.byteOffset, count), start), 8);
    return clean({ storage, nulls, values });
  }
  const values = new Uint8Array(rows);
  eachChunk((data, count, start) => values.set(data.subarray(0, count), start), 1);
  return clean({ storage, nulls, values });
}

/** A DECIMAL column of the engine. */
export interface DecimalForm {
  readonly precision: number;
  readonly scale: number;
}

/** A column of decimals, as texts. */
export function readDecimals(chunks: readonly DataChunk[], column: number, form: DecimalForm, rows: number): Column {
  const nulls = new Uint8Array(rows);
  const texts = new DecimalTexts(form.precision, form.scale, rows);
  let at = 0;
  for (const chunk of chunks) {
    const count = duckdb.data_chunk_get_size(chunk);
    const vector = duckdb.data_chunk_get_vector(chunk, column);
    markNulls(nulls, at, readValidity(vector, count), count);
    texts.append(duckdb.vector_get_data(vector, count * decimalWidth(form.precision)), count, nulls, at);
    at += count;
  }
  return { storage: 'text', nulls, bytes: texts.bytes, offsets: texts.offsets };
}

/** Where a value is NULL the engine leaves anything; a column holds 0 there. */
function clean<T extends Exclude<Column, { storage: 'text' }>>(column: T): T {
  const { nulls, values } = column;
  for (let row = nulls.indexOf(1); row >= 0; row = nulls.indexOf(1, row + 1)) {
    if (values instanceof BigInt64Array) values[row] = 0n;
    else values[row] = 0;
  }
  return column;
}

function markNulls(nulls: Uint8Array, at: number, validity: Uint8Array | null, count: number): void {
  if (validity === null) return;
  for (let row = 0; row < count; row += 1) if (!isValid(validity, row)) nulls[at + row] = 1;
}
