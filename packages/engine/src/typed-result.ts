/** Decides how a column of an engine's chunk becomes a result column: Postgres' text, or the number itself. */
import duckdb, { type DataChunk, type Vector } from '@duckdb/node-bindings';
import type { PgType } from '@rtdp/sql/pg-type';
import type { Column } from '@rtdp/ums/batch';
import { RtdpError } from '@rtdp/ums/error';
import { dateText, timestampText } from './moment-text.ts';
import { formatFloat4 } from './pg-float.ts';
import type { QueryBatch, QueryColumn } from './query-contract.ts';
import { readColumn, readDecimals } from './read-result.ts';
import { isValid, readValidity, TextCollector } from './string-layout.ts';

/** Numbers of the engine's types, as its C interface counts them. */
const TYPE = {
  BOOLEAN: 1,
  TINYINT: 2,
  SMALLINT: 3,
  INTEGER: 4,
  BIGINT: 5,
  FLOAT: 10,
  DOUBLE: 11,
  TIMESTAMP: 12,
  DATE: 13,
  HUGEINT: 16,
  VARCHAR: 17,
  DECIMAL: 19,
} as const;

type Read = (chunk: DataChunk, index: number, rows: number) => Column;

/** Throws ENGINE_INTERNAL where the SQL gives a column that cannot carry its declared type. */
export function readChunk(chunk: DataChunk, columns: readonly QueryColumn[]): QueryBatch {
  const rowCount = duckdb.data_chunk_get_size(chunk);
  return {
    rowCount,
    columns: columns.map((column, index) => {
      const type = duckdb.vector_get_column_type(duckdb.data_chunk_get_vector(chunk, index));
      const typeId: number = duckdb.get_type_id(type);
      const read =
        typeId === TYPE.DECIMAL && wantsText(column.type)
          ? (from: DataChunk, at: number, rows: number) =>
              readDecimals(
                [from],
                at,
                { precision: duckdb.decimal_width(type), scale: duckdb.decimal_scale(type) },
                rows,
              )
          : readerOf(typeId, column.type);
      if (read === undefined) throw mismatch(column, typeId);
      return read(chunk, index, rowCount);
    }),
  };
}

function wantsText(type: PgType): boolean {
  return !['bool', 'int2', 'int4', 'int8', 'float8'].includes(type.name);
}

function readerOf(typeId: number, type: PgType): Read | undefined {
  switch (type.name) {
    case 'bool':
      return typeId === TYPE.BOOLEAN ? (chunk, index, rows) => readColumn([chunk], index, 'boolean', rows) : undefined;
    case 'int2':
    case 'int4':
      if (typeId === TYPE.INTEGER) return (chunk, index, rows) => readColumn([chunk], index, 'int32', rows);
      return typeId === TYPE.SMALLINT || typeId === TYPE.TINYINT ? narrowIntegers(typeId) : undefined;
    case 'int8':
      if (typeId === TYPE.BIGINT) return (chunk, index, rows) => readColumn([chunk], index, 'int64', rows);
      return typeId === TYPE.INTEGER || typeId === TYPE.SMALLINT ? widened(typeId) : undefined;
    case 'float8':
      return typeId === TYPE.DOUBLE ? (chunk, index, rows) => readColumn([chunk], index, 'float64', rows) : undefined;
    default:
      return textReader(typeId, type);
  }
}

function textReader(typeId: number, type: PgType): Read | undefined {
  switch (typeId) {
    case TYPE.VARCHAR:
      return (chunk, index, rows) => readColumn([chunk], index, 'text', rows);
    case TYPE.HUGEINT:
      // A whole number of 128 bits lies as a decimal without places does.
      return (chunk, index, rows) => readDecimals([chunk], index, { precision: 38, scale: 0 }, rows);
    case TYPE.BIGINT:
      return (chunk, index, rows) => readDecimals([chunk], index, { precision: 18, scale: 0 }, rows);
    case TYPE.INTEGER:
      return (chunk, index, rows) => readDecimals([chunk], index, { precision: 9, scale: 0 }, rows);
    case TYPE.DATE:
      return asTexts(4, (view, row) => dateText(view.getInt32(row * 4, true)));
    case TYPE.TIMESTAMP: {
      const zone = type.name === 'timestamptz' ? '+00' : '';
      return asTexts(8, (view, row) => timestampText(view.getBigInt64(row * 8, true), zone));
    }
    case TYPE.FLOAT:
      return asTexts(4, (view, row) => formatFloat4(view.getFloat32(row * 4, true)));
    default:
      return undefined;
  }
}

function asTexts(width: number, text: (view: DataView, row: number) => string): Read {
  return (chunk, index, rows) => {
    const vector = duckdb.data_chunk_get_vector(chunk, index);
    const { view, validity, nulls } = fixedWidth(vector, width, rows);
    const texts = new TextCollector();
    texts.begin(rows);
    for (let row = 0; row < rows; row += 1) texts.push(isValid(validity, row) ? text(view, row) : null);
    return { storage: 'text', nulls, bytes: texts.bytes, offsets: texts.offsets.subarray(0, rows + 1) };
  };
}

function narrowIntegers(typeId: number): Read {
  return (chunk, index, rows) => {
    const { read, validity, nulls } = integers(duckdb.data_chunk_get_vector(chunk, index), typeId, rows);
    const values = new Int32Array(rows);
    for (let row = 0; row < rows; row += 1) if (isValid(validity, row)) values[row] = read(row);
    return { storage: 'int32', nulls, values };
  };
}

function widened(typeId: number): Read {
  return (chunk, index, rows) => {
    const { read, validity, nulls } = integers(duckdb.data_chunk_get_vector(chunk, index), typeId, rows);
    const values = new BigInt64Array(rows);
    for (let row = 0; row < rows; row += 1) if (isValid(validity, row)) values[row] = BigInt(read(row));
    return { storage: 'int64', nulls, values };
  };
}

function integers(vector: Vector, typeId: number, rows: number) {
  const width = typeId === TYPE.TINYINT ? 1 : typeId === TYPE.SMALLINT ? 2 : 4;
  const { view, validity, nulls } = fixedWidth(vector, width, rows);
  const read = (row: number): number =>
    width === 1 ? view.getInt8(row) : width === 2 ? view.getInt16(row * 2, true) : view.getInt32(row * 4, true);
  return { read, validity, nulls };
}

function fixedWidth(vector: Vector, width: number, rows: number) {
  const data = duckdb.vector_get_data(vector, rows * width);
  const validity = readValidity(vector, rows);
  const nulls = new Uint8Array(rows);
  if (validity !== null) for (let row = 0; row < rows; row += 1) if (!isValid(validity, row)) nulls[row] = 1;
  return { view: new DataView(data.buffer, data.byteOffset, data.byteLength), validity, nulls };
}

function mismatch(column: QueryColumn, typeId: number): RtdpError {
  const found = Object.entries(TYPE).find(([, number]) => number === typeId)?.[0] ?? `type ${typeId}`;
  return new RtdpError({
    code: 'ENGINE_INTERNAL',
    message: `the engine gives column "${column.name}" as ${found}, which cannot carry ${column.typeText}`,
    next: 'Report the statement: its plan has the wrong type for this column.',
    facts: { column: column.name, type: column.typeText, engineType: found },
  });
}
