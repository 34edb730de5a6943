/** Decides how a column of Postgres' texts and numbers becomes a column of the engine's table. */
import { engineType, isFixed } from '@rtdp/sql/pg-type';
import type { Column, ColumnStorage, TextColumn } from '@rtdp/ums/batch';
import type { QueryColumn } from './query-contract.ts';
import { STORAGE_TYPE } from './scan-batch.ts';

/** As the stores' `storageOf`. */
export function storageOfColumn({ type }: QueryColumn): ColumnStorage {
  const held = engineType(type);
  if (held === 'BOOLEAN') return 'boolean';
  if (held === 'SMALLINT' || held === 'INTEGER') return 'int32';
  if (held === 'BIGINT') return 'int64';
  return held === 'DOUBLE' ? 'float64' : 'text';
}

/** Digits of a decimal that the engine holds in 64 bits. */
const NARROW_DIGITS = 18;

/**
 * The engine reads a text as a decimal of more than 18 digits 200 times slower than as a narrower one (40 µs a value), so what fits goes by
 * the narrower type.
 */
function decimalExpression(name: string, precision: number, scale: number): string {
  const held = `DECIMAL(${precision},${scale})`;
  if (precision <= NARROW_DIGITS) return `CAST(${name} AS ${held})`;
  if (scale === 0) return `CAST(CAST(${name} AS HUGEINT) AS ${held})`;
  if (scale >= NARROW_DIGITS) return `CAST(${name} AS ${held})`;
  return `coalesce(CAST(TRY_CAST(${name} AS DECIMAL(${NARROW_DIGITS},${scale})) AS ${held}), CAST(${name} AS ${held}))`;
}

/** The expression that turns the scanned column `name` into the table's. */
export function loadExpression(column: QueryColumn, name: string): string {
  const held = engineType(column.type);
  if (isFixed(column.type)) return decimalExpression(name, column.type.precision, column.type.scale);
  return held === STORAGE_TYPE[storageOfColumn(column)] ? name : `CAST(${name} AS ${held})`;
}

/** What the engine would read as another value is rewritten: it takes the `BC` of a date for nothing, and wants it before the time. */
export function loadable(column: QueryColumn, values: Column): Column {
  const held = engineType(column.type);
  if (values.storage !== 'text' || (held !== 'DATE' && held !== 'TIMESTAMP') || !hasEra(values)) return values;
  const { bytes, offsets, nulls } = values;
  const source = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const texts = Array.from(nulls, (isNull, row) =>
    isNull === 1
      ? ''
      : source.toString('latin1', offsets[row]!, offsets[row + 1]!).replace(/^(\S+)( .*?)? BC$/, '$1 (BC)$2'),
  );
  const written = new Uint32Array(nulls.length + 1);
  for (const [row, text] of texts.entries()) written[row + 1] = written[row]! + text.length;
  return { storage: 'text', nulls, bytes: Buffer.from(texts.join(''), 'latin1'), offsets: written };
}

/** Whether any value ends with the C of BC. */
function hasEra({ bytes, offsets, nulls }: TextColumn): boolean {
  for (let row = 0; row < nulls.length; row += 1) {
    if (bytes[offsets[row + 1]! - 1] === 0x43 && offsets[row + 1]! > offsets[row]!) return true;
  }
  return false;
}
