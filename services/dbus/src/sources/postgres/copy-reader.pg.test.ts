/** Shows that COPY is read whole whatever the sizes of rows and reads, and that errors arrive where they belong. */
import { connectionOf } from '@rtdp/testing/connection';
import { testPostgres } from '@rtdp/testing/postgres';
import { expect, test } from 'vitest';
import { readSourceDefinition } from '../../catalog/source-definition.ts';
import { openSession, type SourceSession } from './connection.ts';
import { readCopy } from './copy-reader.ts';
import { CopyRowDecoder } from './copy-row-decoder.ts';

async function sessionOf(url: string): Promise<SourceSession> {
  const connection = connectionOf(url);
  return openSession(
    readSourceDefinition({ name: 'copy', kind: 'postgres', connection, tables: 'all' }).connection,
    'test',
  );
}

test('rows from one byte to three megabytes, read with pauses, and the session goes on afterwards', async () => {
  await using shop = await testPostgres();
  await using session = await sessionOf(shop.url);
  const decoder = new CopyRowDecoder(2);
  const lengths: number[] = [];
  let reads = 0;
  await readCopy(
    session.client,
    `COPY (SELECT g, repeat(chr(92) || 'é' || chr(9), CASE WHEN g % 500 = 0 THEN 600000 ELSE g % 300 END) FROM generate_series(1, 2000) g) TO STDOUT`,
    {
      onRow(buffer, start, end) {
        decoder.decode(buffer, start, end);
        lengths.push(decoder.row.ends[1]! - decoder.row.starts[1]!);
      },
      afterRead: () => (++reads % 20 === 0 ? new Promise((resolve) => setTimeout(resolve, 1)) : undefined),
    },
  );
  expect(lengths).toEqual(
    Array.from({ length: 2000 }, (_unused, index) => 4 * ((index + 1) % 500 === 0 ? 600_000 : (index + 1) % 300)),
  );
  expect(await session.query('SELECT 1 AS one')).toEqual([{ one: 1 }]);
});

test('an error of the server in the middle is thrown and the session goes on; one of the handler cuts the connection', async () => {
  await using shop = await testPostgres();
  await using session = await sessionOf(shop.url);
  let rows = 0;
  const count = { onRow: () => void rows++, afterRead: () => undefined };
  const broken = 'COPY (SELECT 1 / (90000 - g) FROM generate_series(1, 100000) g) TO STDOUT';
  await expect(readCopy(session.client, broken, count)).rejects.toMatchObject({ code: '22012' });
  expect(rows).toBeGreaterThan(0);
  expect(await session.query('SELECT 1 AS one')).toEqual([{ one: 1 }]);
  const failing = {
    onRow: () => {
      throw new Error('enough');
    },
    afterRead: () => undefined,
  };
  await expect(
    readCopy(session.client, 'COPY (SELECT generate_series(1, 1000000)) TO STDOUT', failing),
  ).rejects.toThrow('enough');
  await expect(session.query('SELECT 1')).rejects.toThrow();
});

test('a connection that is cut in the middle is an error, not a short table', async () => {
  await using shop = await testPostgres();
  await using session = await sessionOf(shop.url);
  const [{ pid }] = (await session.query<{ pid: number }>('SELECT pg_backend_pid() AS pid')) as [{ pid: number }];
  let killed: Promise<unknown> | undefined;
  const reading = readCopy(
    session.client,
    "COPY (SELECT g, repeat('x', 1000) FROM generate_series(1, 1000000) g) TO STDOUT",
    {
      onRow: () => undefined,
      afterRead: () => {
        killed ??= shop.query('SELECT pg_terminate_backend($1)', [pid]);
        return undefined;
      },
    },
  );
  await expect(reading).rejects.toThrow();
  await killed;
});
