/** Shows what the gateway counts on: typed tables, Postgres' texts back, limits that end one query and no other. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseTypeText } from '@rtdp/sql/pg-type';
import type { Column } from '@rtdp/ums/batch';
import { ColumnBuilder } from '@rtdp/ums/column-builder';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { storageOfColumn } from './load-casts.ts';
import type { EngineQuery, QueryBatch, QueryColumn, QueryEngine } from './query-contract.ts';
import { createQueryEngine } from './query-engine.ts';

const column = (name: string, typeText: string): QueryColumn => ({ name, type: parseTypeText(typeText), typeText });

function batchOf(columns: readonly QueryColumn[], rows: readonly (readonly (string | boolean | null)[])[]): QueryBatch {
  const builders = columns.map((each) => new ColumnBuilder(storageOfColumn(each), Math.max(1, rows.length)));
  for (const [row, values] of rows.entries())
    for (const [at, value] of values.entries()) builders[at]!.setValue(row, value);
  return { rowCount: rows.length, columns: builders.map((builder) => builder.finish(rows.length)) };
}

async function* several(...batches: QueryBatch[]): AsyncGenerator<QueryBatch> {
  for (const batch of batches) yield batch;
}

function valueAt(values: Column, row: number): string | number | bigint | boolean | null {
  if (values.nulls[row] === 1) return null;
  if (values.storage === 'text')
    return Buffer.from(values.bytes.buffer, values.bytes.byteOffset, values.bytes.length).toString(
      'utf8',
      values.offsets[row],
      values.offsets[row + 1],
    );
  return values.storage === 'boolean' ? values.values[row] === 1 : values.values[row]!;
}

async function rowsOf(query: EngineQuery, sql: string, columns: readonly QueryColumn[]): Promise<unknown[][]> {
  const rows: unknown[][] = [];
  for await (const batch of query.run(sql, columns)) {
    for (let row = 0; row < batch.rowCount; row += 1) rows.push(batch.columns.map((values) => valueAt(values, row)));
  }
  return rows;
}

const numbers = (from: number, count: number): QueryBatch =>
  batchOf(
    [column('n', 'integer')],
    Array.from({ length: count }, (_, index) => [String(from + index)]),
  );

describe('the query engine', { timeout: 60_000 }, () => {
  let engine: QueryEngine;
  const spillFolder = mkdtempSync(join(tmpdir(), 'rtdp-test-spill-'));
  beforeAll(async () => {
    engine = await createQueryEngine({ spillFolder, concurrentQueries: 3 });
  });
  afterAll(async () => {
    await engine.close();
    rmSync(spillFolder, { recursive: true });
  });

  test('gives every type back as Postgres prints it', async () => {
    await using query = await engine.openQuery();
    const types: [string, (string | null)[]][] = [
      ['boolean', ['true', 'false', null]],
      ['smallint', ['-32768', '32767', null]],
      ['integer', ['-2147483648', '2147483647', null]],
      ['bigint', ['-9223372036854775808', '9223372036854775807', null]],
      ['real', ['0.1', '-Infinity', null]],
      ['double precision', ['0.1', 'NaN', '-0', null]],
      ['numeric(12,2)', ['-0.50', '9999999999.99', null]],
      ['numeric(38,10)', ['-0.0000000001', '1234567890123456789012345678.0000000001', null]],
      ['numeric(20,0)', ['18446744073709551615', '-1', null]],
      ['numeric(30,25)', ['-99999.9999999999999999999999999', '0.0000000000000000000000001', null]],
      ['numeric', ['1.500', 'NaN', '1e1', null]],
      ['text', ['', ' 雪 🐎 longer than twelve bytes ', null]],
      ['character(4)', ['ab  ', null]],
      ['date', ['2024-02-29', '0044-03-15 BC', '12345-01-01', 'infinity', '-infinity', '0001-12-31', null]],
      ['timestamp', ['1969-12-31 23:59:59.999999', '0044-03-15 10:00:00.5 BC', 'infinity', null]],
      ['timestamptz', ['2024-01-01 00:00:00+00', '0044-03-15 10:00:00+00 BC', '-infinity', null]],
      ['uuid', ['a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', null]],
      ['jsonb', ['{"a": [1, null]}', null]],
      ['bytea', ['\\x00ff', null]],
      ['inet', ['10.0.0.1/8', null]],
    ];
    const columns = types.map(([typeText], index) => column(`c${index}`, typeText));
    const height = Math.max(...types.map(([, values]) => values.length));
    const rows = Array.from({ length: height }, (_, row) =>
      types.map(([typeText, values]) => {
        const value = values[row] ?? null;
        return typeText === 'boolean' && value !== null ? value === 'true' : value;
      }),
    );
    expect(await query.load('t', columns, several(batchOf(columns, rows)))).toBe(height);
    const found = await rowsOf(query, 'SELECT * FROM t', columns);
    for (const [index, [typeText, values]] of types.entries()) {
      const texts = found
        .map((row) => row[index])
        .map((value) => (value === null ? null : Object.is(value, -0) ? '-0' : String(value)));
      expect([typeText, texts.slice(0, values.length)]).toEqual([typeText, values]);
    }
  });

  test('joins, sorts and counts what several loads brought at the same time', async () => {
    await using query = await engine.openQuery();
    const keyed = [column('n', 'integer'), column('word', 'text')];
    const words = batchOf(
      keyed,
      Array.from({ length: 5_000 }, (_, n) => [String(n * 3), n % 7 === 0 ? null : `word ${n}`]),
    );
    await Promise.all([
      query.load(
        'left',
        [column('n', 'integer')],
        several(...Array.from({ length: 20 }, (_, part) => numbers(part * 1000, 1000))),
      ),
      query.load('Right "one"', keyed, several(words)),
    ]);
    const joined = `FROM "left" l JOIN "Right ""one""" r ON l.n = r.n`;
    expect(
      await rowsOf(query, `SELECT count(*), count(word) ${joined}`, [column('a', 'bigint'), column('b', 'bigint')]),
    ).toEqual([[5000n, 4285n]]);
    expect(await rowsOf(query, `SELECT l.n, word ${joined} ORDER BY word DESC LIMIT 2`, keyed)).toEqual([
      [0, null],
      [21, null],
    ]);
    const all = await rowsOf(query, 'SELECT n FROM "left" ORDER BY n', [column('n', 'integer')]);
    expect([all.length, all[19_999]]).toEqual([20_000, [19_999]]);
    // A table without columns still has its rows.
    await query.load('bare', [], several({ rowCount: 3, columns: [] }, { rowCount: 4, columns: [] }));
    expect(await rowsOf(query, 'SELECT count(*) FROM bare', [column('a', 'bigint')])).toEqual([[7n]]);
  });

  test('a database that is used again holds nothing of the query before', async () => {
    for (let round = 0; round < 4; round += 1) {
      await using query = await engine.openQuery();
      await query.load('same', [column('n', 'integer')], several(numbers(round, 1)));
      expect(await rowsOf(query, 'SELECT n FROM same', [column('n', 'integer')])).toEqual([[round]]);
    }
  });

  test('says what a value did wrong, and goes on', async () => {
    await using query = await engine.openQuery();
    const columns = [column('d', 'date')];
    await expect(
      query.load('bad', columns, several(batchOf([column('d', 'text')], [['2024-02-30']]))),
    ).rejects.toMatchObject({
      code: 'ENGINE_VALUE_FAILED',
      message: expect.stringContaining('2024-02-30'),
    });
    const divide = query.run('SELECT rtdp_int8_divide(1, 0)', [column('a', 'bigint')]);
    await expect(divide[Symbol.asyncIterator]().next()).rejects.toMatchObject({
      code: 'ENGINE_VALUE_FAILED',
      message: 'division by zero',
    });
    expect(await rowsOf(query, 'SELECT 1', [column('a', 'integer')])).toEqual([[1]]);
  });

  test('time, signal and close each end a query with their own code', async () => {
    const slow = 'SELECT count(*) FROM range(1000000000000) a WHERE hash(range) = 1';
    const one = [column('a', 'bigint')];
    const timed = await engine.openQuery({ timeoutMs: 100 });
    await expect(rowsOf(timed, slow, one)).rejects.toMatchObject({ code: 'ENGINE_TIMEOUT', facts: { timeoutMs: 100 } });
    await timed.close();
    const controller = new AbortController();
    const cancelled = await engine.openQuery({ signal: controller.signal });
    const running = rowsOf(cancelled, slow, one);
    setTimeout(() => controller.abort(), 50);
    await expect(running).rejects.toMatchObject({ code: 'ENGINE_CANCELLED' });
    await cancelled.close();
    const closed = await engine.openQuery();
    const outcome = expect(rowsOf(closed, slow, one)).rejects.toMatchObject({ code: 'ENGINE_CLOSED' });
    setTimeout(() => void closed.close(), 50);
    await outcome;
    await expect(rowsOf(closed, 'SELECT 1', one)).rejects.toMatchObject({ code: 'ENGINE_CLOSED' });
  });

  test('memory is one query’s own: it spills where it may, else fails, and the next one runs', async () => {
    const columns = [column('n', 'integer'), column('word', 'text')];
    const rows = Array.from({ length: 20_000 }, (_, n) => [String(n), `${n} `.repeat(20)]);
    const batch = batchOf(columns, rows);
    const sort = 'SELECT n, word FROM t ORDER BY word, n';
    const tight = await createQueryEngine({ memoryLimit: '24MB' });
    try {
      await using query = await tight.openQuery();
      const attempt = query
        .load('t', columns, several(...Array.from({ length: 20 }, () => batch)))
        .then(() => rowsOf(query, sort, columns));
      await expect(attempt).rejects.toMatchObject({ code: 'ENGINE_OUT_OF_MEMORY', facts: { memoryLimit: '24MB' } });
      await query.close();
      await using next = await tight.openQuery();
      expect(await rowsOf(next, 'SELECT 1', [column('a', 'integer')])).toEqual([[1]]);
    } finally {
      await tight.close();
    }
    await using query = await engine.openQuery({ memoryLimit: '48MB' });
    await query.load('t', columns, several(...Array.from({ length: 10 }, () => batch)));
    let count = 0;
    for await (const { rowCount } of query.run(sort, columns)) count += rowCount;
    expect(count).toBe(200_000);
  });

  test('only so many run at a time; one that waits can be given up', async () => {
    const held = await Promise.all([engine.openQuery(), engine.openQuery(), engine.openQuery()]);
    const controller = new AbortController();
    const given = engine.openQuery({ signal: controller.signal });
    const fourth = engine.openQuery();
    controller.abort();
    await expect(given).rejects.toMatchObject({ code: 'ENGINE_CANCELLED' });
    let entered = false;
    void fourth.then(() => {
      entered = true;
    });
    await new Promise(setImmediate);
    expect(entered).toBe(false);
    await held[0]!.close();
    await (await fourth).close();
    await Promise.all(held.map((query) => query.close()));
  });

  test('reads nothing outside of itself, and runs nothing but a SELECT', async () => {
    await using query = await engine.openQuery();
    const one = [column('a', 'text')];
    await expect(rowsOf(query, `SELECT content FROM read_text('/etc/passwd')`, one)).rejects.toThrow(
      'Cannot access file',
    );
    await expect(rowsOf(query, `COPY (SELECT 1) TO '/tmp/x'`, one)).rejects.toThrow('Cannot access file');
    await expect(rowsOf(query, `SET memory_limit = '8GB'`, one)).rejects.toMatchObject({ code: 'ENGINE_INTERNAL' });
  });

  test('a reader that leaves early, or is slow, costs nothing', async () => {
    await using query = await engine.openQuery();
    const one = [column('a', 'bigint')];
    for await (const batch of query.run('SELECT range FROM range(100000000)', one)) {
      expect(valueAt(batch.columns[0]!, 0)).toBe(0n);
      break;
    }
    expect(await rowsOf(query, 'SELECT 5::bigint', one)).toEqual([[5n]]);
  });
});
