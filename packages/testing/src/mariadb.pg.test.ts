/** Shows that a test's MariaDB database is fresh, its own, and gone afterwards; and that we can start such a server ourselves. */
import { chownSync, existsSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { postgresUser } from '@rtdp/local/system-user';
import { createConnection } from 'mysql2/promise';
import { expect, test } from 'vitest';
import { testMariaDb } from './mariadb.ts';
import { uniqueName } from './names.ts';
import { startTestMariaDb } from './own-mariadb.ts';

test('a database is fresh, keeps texts as they are, and is dropped', async () => {
  const database = await testMariaDb();
  await database.query('CREATE TABLE t (id bigint unsigned PRIMARY KEY, word text, at datetime(6))');
  await database.query('INSERT INTO t VALUES (?, ?, ?)', ['18446744073709551615', '雪 🐎', '2026-01-01 10:00:00.5']);
  expect(await database.query('SELECT * FROM t')).toEqual([
    { id: '18446744073709551615', word: '雪 🐎', at: '2026-01-01 10:00:00.500000' },
  ]);
  const { host, port, user, password, name } = database;
  await database.drop();
  const other = await createConnection({ host, port, user, password });
  const [rows] = await other.query('SELECT schema_name FROM information_schema.schemata WHERE schema_name = ?', [name]);
  await other.end();
  expect(rows).toEqual([]);
});

test('a server of our own starts, takes its password and goes with its data', async () => {
  await using server = await startTestMariaDb({ 'max-connections': 20 });
  const connection = await createConnection(server.url);
  const [rows] = await connection.query('SELECT @@max_connections AS most, @@character_set_server AS letters');
  await connection.end();
  expect(rows).toEqual([{ most: 20, letters: 'utf8mb4' }]);
});

test('a server that is made and started leaves the temporary tables of every other one alone', async () => {
  const ofAnother = join(tmpdir(), `#sql-temptable-${uniqueName('other')}.MAD`);
  writeFileSync(ofAnother, '');
  try {
    const user = await postgresUser('mysql');
    if (user !== undefined) chownSync(ofAnother, user.uid, user.gid);
    await using server = await startTestMariaDb();
    expect(server.process.running).toBe(true);
    expect(existsSync(ofAnother)).toBe(true);
  } finally {
    rmSync(ofAnother, { force: true });
  }
});
