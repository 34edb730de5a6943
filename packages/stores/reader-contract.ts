/** The contract of a StoreReader, as tests that every kind runs: values, back-pressure, endings, errors. */
import { parseTypeText } from '@rtdp/sql/pg-type';
import type { Column } from '@rtdp/ums/batch';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { CutProxy } from './cut-proxy.ts';
import { openReader } from './readers.ts';
import type { ResultColumn, ScanResult, StoreReader, StoreReaderKind } from './scan-contract.ts';

export interface ReaderSubject extends AsyncDisposable {
  readonly url: string;
  /** Runs a statement with all rights. */
  execute(sql: string): Promise<unknown>;
  /** Statements of the reader's user that the server runs right now and whose text contains `part`. */
  running(part: string): Promise<number>;
}

export interface ReaderDialect {
  readonly kind: StoreReaderKind;
  /** Fills `numbers (n integer primary key, word text)` with 1…count and `word <n>`, every seventh NULL. */
  fillNumbers(count: number): string;
  /** A query that runs for a minute unless it is ended; `mark` must stand in it. */
  slow(mark: string): string;
  /** `n = first parameter, word = second` as a condition on `numbers`. */
  readonly byParameters: string;
  /** Columns of literals or of a table, each with the type and text that must come out. */
  readonly values: readonly { sql: string; typeText: string; text: string | number | bigint | boolean | null }[];
}

export function valueAt(column: Column, row: number): string | number | bigint | boolean | null {
  if (column.nulls[row] === 1) return null;
  if (column.storage === 'text') {
    const { buffer, byteOffset, length } = column.bytes;
    return Buffer.from(buffer, byteOffset, length).toString('utf8', column.offsets[row], column.offsets[row + 1]);
  }
  return column.storage === 'boolean' ? column.values[row] === 1 : column.values[row]!;
}

export async function rowsOf({ batches }: ScanResult): Promise<unknown[][]> {
  const rows: unknown[][] = [];
  for await (const { rowCount, columns } of batches) {
    for (let row = 0; row < rowCount; row += 1) rows.push(columns.map((column) => valueAt(column, row)));
  }
  return rows;
}

const typed = (name: string, typeText: string): ResultColumn => ({ name, type: parseTypeText(typeText), typeText });
const ROWS = 120_000;

const until = (count: () => Promise<number>, wanted: number) => expect.poll(count, { timeout: 30_000 }).toBe(wanted);

export function describeReader(dialect: ReaderDialect, make: () => Promise<ReaderSubject>): void {
  describe(`a reader of ${dialect.kind}`, () => {
    let subject: ReaderSubject;
    let reader: StoreReader;

    beforeAll(async () => {
      subject = await make();
      await subject.execute('CREATE TABLE numbers (n integer PRIMARY KEY, word text)');
      await subject.execute(dialect.fillNumbers(ROWS));
      reader = await openReader({ kind: dialect.kind, url: subject.url, connections: 3 });
      await reader.check();
    });
    afterAll(async () => {
      await reader?.close();
      await subject?.[Symbol.asyncDispose]();
    });

    test('gives every value as Postgres prints it, and the types', async () => {
      const list = dialect.values.map(({ sql }, index) => `${sql} AS c${index}`).join(', ');
      const result = await reader.scan({ sql: `SELECT ${list}` });
      const [row] = await rowsOf(result);
      const found = dialect.values.map(({ sql }, index) => ({
        sql,
        typeText: result.columns[index]!.typeText,
        text: row![index],
      }));
      expect(found).toEqual(dialect.values);
    });

    test('binds parameters, also those that look like SQL, and NULL', async () => {
      const sql = `SELECT n, word FROM numbers WHERE ${dialect.byParameters}`;
      for (let round = 0; round < 3; round += 1) {
        expect(await rowsOf(await reader.scan({ sql, parameters: ['8', 'word 8'] }))).toEqual([[8, 'word 8']]);
      }
      expect(await rowsOf(await reader.scan({ sql, parameters: ['8', `x' OR '1' = '1`] }))).toEqual([]);
      expect(await rowsOf(await reader.scan({ sql, parameters: ['8', null] }))).toEqual([]);
    });

    test('streams a large result in batches, and waits for a slow reader', async () => {
      const result = await reader.scan({ sql: 'SELECT n, word FROM numbers ORDER BY n', batchRows: 5_000 });
      let next = 0;
      let batches = 0;
      for await (const { rowCount, columns } of result.batches) {
        expect(rowCount).toBeLessThanOrEqual(5_000);
        // A reader that takes its time: everything that was sent still arrives, once and in order.
        if (batches % 8 === 0) await new Promise((resolve) => setTimeout(resolve, 20));
        for (let row = 0; row < rowCount; row += 1) {
          next += 1;
          if (
            valueAt(columns[0]!, row) !== next ||
            valueAt(columns[1]!, row) !== (next % 7 === 0 ? null : `word ${next}`)
          ) {
            expect.unreachable(`row ${next} is ${valueAt(columns[0]!, row)}, ${valueAt(columns[1]!, row)}`);
          }
        }
        batches += 1;
      }
      expect([next, batches]).toEqual([ROWS, ROWS / 5_000]);
    });

    test('gives no batch where there are no rows, and the columns all the same', async () => {
      const result = await reader.scan({ sql: 'SELECT n, word FROM numbers WHERE n < 0' });
      expect(result.columns.map(({ name, type }) => [name, type.name])).toEqual([
        ['n', 'int4'],
        ['word', 'text'],
      ]);
      expect(await rowsOf(result)).toEqual([]);
    });

    test('an aborted scan ends at the source too, and says so', async () => {
      const controller = new AbortController();
      const scan = reader.scan({ sql: dialect.slow('aborted'), signal: controller.signal });
      const outcome = expect(scan).rejects.toMatchObject({ code: 'STORE_CANCELLED' });
      await until(() => subject.running('aborted'), 1);
      controller.abort();
      await outcome;
      await until(() => subject.running('aborted'), 0);
      await expect(reader.scan({ sql: 'SELECT 1', signal: controller.signal })).rejects.toMatchObject({
        code: 'STORE_CANCELLED',
      });
    });

    test('a scan that takes too long ends at the source, and the session is used again', async () => {
      await expect(reader.scan({ sql: dialect.slow('timed'), timeoutMs: 200 })).rejects.toMatchObject({
        code: 'STORE_TIMEOUT',
      });
      await until(() => subject.running('timed'), 0);
      // As many as there are sessions, and more.
      const rows = await Promise.all(
        Array.from(
          { length: 12 },
          async (_, n) => (await rowsOf(await reader.scan({ sql: `SELECT n FROM numbers WHERE n = ${n + 1}` })))[0],
        ),
      );
      expect(rows).toEqual(Array.from({ length: 12 }, (_, n) => [n + 1]));
    });

    test('a reader that leaves early gives its session back', async () => {
      for (let round = 0; round < 5; round += 1) {
        const { batches } = await reader.scan({
          sql: 'SELECT a.n, b.word FROM numbers a CROSS JOIN numbers b',
          batchRows: 100,
        });
        for await (const batch of batches) {
          expect(batch.rowCount).toBe(100);
          break;
        }
      }
      expect(await rowsOf(await reader.scan({ sql: 'SELECT n FROM numbers WHERE n = 5' }))).toEqual([[5]]);
      // A server may show a statement for a moment after it has told its end.
      await until(() => subject.running('CROSS JOIN'), 0);
    });

    test('a session whose result has come whole is free and not held back, though its reader leaves early', async () => {
      const alone = await openReader({ kind: dialect.kind, url: subject.url, connections: 1 });
      const few = { sql: 'SELECT n, word FROM numbers WHERE n <= 200 ORDER BY n', batchRows: 3 };
      const one = async () => rowsOf(await alone.scan({ sql: 'SELECT n FROM numbers WHERE n = 5', timeoutMs: 10_000 }));
      for (let round = 0; round < 5; round += 1) {
        const leaving = (await alone.scan(few)).batches[Symbol.asyncIterator]();
        expect((await leaving.next()).value?.rowCount).toBe(3);
        // Let everything come that the server has sent.
        await new Promise((resolve) => setTimeout(resolve, 100));
        await leaving.return?.();
        expect(await one()).toEqual([[5]]);
      }
      await alone.close();
    });

    test('the caller’s types are checked against what comes', async () => {
      const sql = 'SELECT n, word FROM numbers WHERE n < 7 ORDER BY n';
      const wide = await reader.scan({ sql, columns: [typed('a', 'bigint'), typed('b', 'text')] });
      expect((await rowsOf(wide))[0]).toEqual([1n, 'word 1']);
      await expect(reader.scan({ sql, columns: [typed('a', 'bigint')] })).rejects.toMatchObject({
        code: 'STORE_RESULT_TYPE',
      });
      await expect(reader.scan({ sql, columns: [typed('a', 'bigint'), typed('b', 'integer')] })).rejects.toMatchObject({
        code: 'STORE_RESULT_TYPE',
        facts: { column: 'b', value: 'word 1' },
      });
      expect(await rowsOf(await reader.scan({ sql: 'SELECT 1', columns: [typed('yes', 'boolean')] }))).toEqual([
        [true],
      ]);
    });

    test('a statement that fails says why, and the next one runs', async () => {
      await expect(reader.scan({ sql: 'SELECT nope FROM numbers' })).rejects.toMatchObject({
        code: 'STORE_QUERY_FAILED',
        message: expect.stringContaining('nope'),
      });
      await expect(reader.scan({ sql: 'INSERT INTO numbers VALUES (-1)' })).rejects.toMatchObject({
        code: 'STORE_QUERY_FAILED',
      });
      await expect(reader.scan({ sql: 'DROP TABLE numbers' })).rejects.toMatchObject({ code: 'STORE_QUERY_FAILED' });
      expect(await rowsOf(await reader.scan({ sql: 'SELECT n FROM numbers WHERE n = 9' }))).toEqual([[9]]);
    });

    test('a prepared statement survives a changed table', async () => {
      await subject.execute('CREATE TABLE changing (a integer)');
      await subject.execute('INSERT INTO changing VALUES (1)');
      const ask = async () => rowsOf(await reader.scan({ sql: 'SELECT * FROM changing' }));
      for (let round = 0; round < 9; round += 1) expect(await ask()).toEqual([[1]]);
      await subject.execute('ALTER TABLE changing ADD COLUMN b integer');
      for (let round = 0; round < 9; round += 1) expect(await ask()).toEqual([[1, null]]);
    });

    test('a connection that dies under a scan, in silence or not, gives its place back', async () => {
      await using proxy = await CutProxy.before(subject.url);
      const alone = await openReader({ kind: dialect.kind, url: proxy.url, connections: 1 });
      const begin = async (signal?: AbortSignal) => {
        const { batches } = await alone.scan({
          sql: 'SELECT a.n, b.word FROM numbers a CROSS JOIN numbers b',
          batchRows: 100,
          ...(signal === undefined ? {} : { signal }),
        });
        const rows = batches[Symbol.asyncIterator]();
        await rows.next();
        return async () => {
          while ((await rows.next()).done !== true);
        };
      };
      const controller = new AbortController();
      const drain = await begin(controller.signal);
      proxy.silence();
      proxy.refuse(true);
      const outcome = expect(drain()).rejects.toMatchObject({ code: 'STORE_CANCELLED' });
      controller.abort();
      await outcome;
      await expect.poll(() => proxy.refused, { timeout: 30_000 }).toBeGreaterThan(0);
      proxy.refuse(false);
      const one = async () => rowsOf(await alone.scan({ sql: 'SELECT n FROM numbers WHERE n = 5', timeoutMs: 10_000 }));
      expect(await one()).toEqual([[5]]);
      const again = await begin();
      proxy.cut();
      await expect(again()).rejects.toMatchObject({ code: 'STORE_UNREACHABLE' });
      expect(await one()).toEqual([[5]]);
      await alone.close();
      await until(() => subject.running('CROSS JOIN'), 0);
    });

    test('a question to a server that says nothing any more ends, and the next one is answered', async () => {
      await using proxy = await CutProxy.before(subject.url);
      const alone = await openReader({ kind: dialect.kind, url: proxy.url, connections: 1 });
      await alone.check();
      proxy.silence();
      vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
      try {
        const outcome = expect(alone.check()).rejects.toMatchObject({ code: 'STORE_TIMEOUT' });
        await vi.advanceTimersByTimeAsync(60_000);
        await outcome;
      } finally {
        vi.useRealTimers();
      }
      await alone.check();
      await alone.close();
    });

    test('says who is wrong: the password, the port, or nobody any more', async () => {
      const refused = new URL(subject.url);
      refused.password = 'wrong';
      const stranger = await openReader({ kind: dialect.kind, url: refused.href });
      await expect(stranger.check()).rejects.toMatchObject({ code: 'STORE_REFUSED' });
      const nowhere = new URL(subject.url);
      nowhere.port = '9';
      const lost = await openReader({ kind: dialect.kind, url: nowhere.href });
      await expect(lost.scan({ sql: 'SELECT 1' })).rejects.toMatchObject({ code: 'STORE_UNREACHABLE' });
      const closed = await openReader({ kind: dialect.kind, url: subject.url });
      await closed.check();
      await closed.close();
      await expect(closed.check()).rejects.toMatchObject({ code: 'STORE_CANCELLED' });
      await Promise.all([stranger.close(), lost.close()]);
      await expect(openReader({ kind: 'oracle', url: subject.url })).rejects.toMatchObject({
        code: 'STORE_UNKNOWN_KIND',
      });
    });
  });
}
