/** Locks the text forms that Postgres is given: array literals, COPY escapes, array parameters, and the type a field gets. */
import type { UmsField } from '@rtdp/ums/types';
import { describe, expect, test } from 'vitest';
import { batchOfRows } from '../batch-of-rows.ts';
import { writeArrayText, writeCopyText } from './copy-text.ts';
import { toArrayText } from './to-postgres-text.ts';
import { columnType } from './types.ts';

const field = (sourceType: string | undefined, type: UmsField['type'], key = false): UmsField => ({
  name: 'c',
  type,
  nullable: true,
  encoded: false,
  ...(sourceType === undefined ? {} : { sourceType }),
  ...(key ? { key } : {}),
});

test.each([
  ['[]', '{}'],
  ['[1, 2,null]', '{1,2,NULL}'],
  ['[[1],[2]]', '{{1},{2}}'],
  ['["a\\"b\\\\c","null","x\\ny"]', '{"a\\"b\\\\c","null","x\ny"}'],
  ['[12345678901234567890.10]', '{12345678901234567890.10}'],
  ['"[0:1]={1,2}"', '[0:1]={1,2}'],
  ['"[2:2]={\\"a b\\"}"', '[2:2]={"a b"}'],
])('the JSON array %s is written %s', (json, array) => {
  expect(toArrayText(json)).toBe(array);
});

test('COPY text escapes what COPY would take as its own', () => {
  const fields = [field('text', 'string')];
  const batch = batchOfRows('a.b.c.d.1.0.0', fields, [
    { id: 1n, operation: 'i', values: { c: 'tab\t back\\ line\n return\r \\N \\.' } },
    { id: 9223372036854775807n, operation: 'i', values: { c: null } },
    { id: 3n, operation: 'i', values: { c: '' } },
  ]);
  const column = batch.columns[0]!;
  if (column.storage !== 'text') throw new Error('not a text column');
  const rows = {
    rowCount: 3,
    ids: batch.ids,
    timestamps: batch.timestamps,
    columns: [column],
    partOf: Int16Array.of(0, 12, -1),
  };
  expect(writeCopyText(rows).toString()).toBe(
    '0\t1\t2026-01-01 00:00:00\ttab\\t back\\\\ line\\n return\\r \\\\N \\\\.\n12\t9223372036854775807\t2026-01-01 00:00:00\t\\N\n',
  );
  expect(writeArrayText(column, 3, Int16Array.of(0, 0, 0), 0).toString()).toBe(
    '{"tab\t back\\\\ line\n return\r \\\\N \\\\.",NULL,""}',
  );
});

describe('column types', () => {
  test.each([
    ['uuid', 'string', 'uuid'],
    ['numeric(12,2)', 'decimal', 'numeric(12,2)'],
    ['character varying(40)', 'string', 'character varying(40)'],
    ['timestamp(3) with time zone', 'datetime', 'timestamptz(3)'],
    ['timestamptz(6)', 'datetime', 'timestamptz(6)'],
    ['integer[]', 'jsonarray', 'integer[]'],
    ['mood', 'string', 'text'],
    ['"Mood"', 'string', 'text'],
    ['money', 'string', 'text'],
    ['jsonb[]', 'jsonarray', 'jsonb'],
    [undefined, 'datetime', 'timestamp'],
    [undefined, 'binary', 'bytea'],
  ] as const)('%s as %s becomes %s', (sourceType, type, declared) => {
    expect(columnType(field(sourceType, type)).declared).toBe(declared);
  });

  test('a limit is checked by the column, never by a cast that would cut', () => {
    expect(columnType(field('varchar(3)', 'string')).parameter).toBe('varchar');
    expect(columnType(field('bit(3)', 'string')).parameter).toBe('varbit');
  });

  test('types of another system are taken by their UMS type', () => {
    expect(columnType(field('time', 'string'), 'mysql').declared).toBe('text');
  });

  test('a key column has a type with an order', () => {
    expect(columnType(field('point', 'string', true)).declared).toBe('text');
    expect(columnType(field('jsonb', 'jsonobject', true)).declared).toBe('jsonb');
    expect(columnType(field('json', 'jsonobject', true)).declared).toBe('text');
  });
});
