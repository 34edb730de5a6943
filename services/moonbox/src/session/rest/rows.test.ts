/** Rows as JSON and CSV: each storage, its extremes, and what has to be escaped; JSON reads back as what went in. */
import { BOOL, FLOAT4, FLOAT8, INT4, INT8, type PgType, TEXT } from '@rtdp/sql/pg-type';
import type { ColumnBatch, ResultColumn } from '@rtdp/stores/scan-contract';
import type { Column } from '@rtdp/ums/batch';
import { OutputBytes } from '@rtdp/ums/output-bytes';
import { expect, test } from 'vitest';
import { batchOf, textColumn } from '../../statement/rows.ts';
import { CsvRows } from './csv-rows.ts';
import { JsonRows } from './json-rows.ts';

const output = new OutputBytes();
const columnOf = (name: string, type: PgType): ResultColumn => ({ name, type, typeText: type.name });
const texts = (values: (string | null)[]): Column =>
  batchOf(
    [textColumn('t')],
    values.map((value) => [value]),
  ).columns[0]!;

const COLUMNS = [
  columnOf('truth', BOOL),
  columnOf('small', INT4),
  columnOf('big', INT8),
  columnOf('double', FLOAT8),
  columnOf('real', FLOAT4),
  columnOf('text', TEXT),
];

const BATCH: ColumnBatch = {
  rowCount: 4,
  columns: [
    { storage: 'boolean', values: Uint8Array.of(1, 0, 1, 0), nulls: Uint8Array.of(0, 0, 0, 1) },
    { storage: 'int32', values: Int32Array.of(-2147483648, 2147483647, 0, 0), nulls: Uint8Array.of(0, 0, 0, 1) },
    {
      storage: 'int64',
      values: BigInt64Array.of(-9223372036854775808n, 9223372036854775807n, 0n, 0n),
      nulls: Uint8Array.of(0, 0, 0, 1),
    },
    { storage: 'float64', values: Float64Array.of(0.1, Number.NaN, -1e300, 0), nulls: Uint8Array.of(0, 0, 0, 1) },
    texts(['1.5', 'NaN', '-Infinity', null]),
    texts(['a "quoted"\n,text\\', '', '变化\u0001', null]),
  ],
};

test('JSON: numbers as numbers, what a reader would round or not know as text', () => {
  const lines = new JsonRows(COLUMNS, '\n', output).write(BATCH).toString().split('\n');
  expect(lines.map((line) => JSON.parse(line))).toEqual([
    [true, -2147483648, '-9223372036854775808', 0.1, 1.5, 'a "quoted"\n,text\\'],
    [false, 2147483647, '9223372036854775807', 'NaN', 'NaN', ''],
    [true, 0, '0', -1e300, '-Infinity', '变化\u0001'],
    [null, null, null, null, null, null],
  ]);
  expect(JSON.parse(`[${new JsonRows(COLUMNS, ',', output).write(BATCH)}]`)).toHaveLength(4);
});

test('CSV: NULL is nothing, an empty text is not; quotes where they are needed', () => {
  const rows = new CsvRows(output);
  expect(rows.header(COLUMNS).toString()).toBe('truth,small,big,double,real,text\n');
  expect(rows.write(BATCH).toString()).toBe(
    [
      't,-2147483648,-9223372036854775808,0.1,1.5,"a ""quoted""\n,text\\"',
      'f,2147483647,9223372036854775807,NaN,NaN,""',
      't,0,0,-1e+300,-Infinity,变化\u0001',
      ',,,,,',
      '',
    ].join('\n'),
  );
});

test('many long rows, written again and again, stay what they are', () => {
  const writer = new JsonRows([textColumn('t')], '\n', output);
  const batch = batchOf(
    [textColumn('t')],
    Array.from({ length: 1_000 }, (_, row) => ['"x'.repeat(row % 900)]),
  );
  const first = writer.write(batch).toString();
  const pieces = Array.from({ length: 3 }, () => writer.write(batch));
  for (const piece of pieces) expect(piece.toString() === first).toBe(true);
  expect(first.split('\n').map((line) => JSON.parse(line)[0].length)[899]).toBe(1798);
});
