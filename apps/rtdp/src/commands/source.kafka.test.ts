/** Shows the verbs on the tables of a source over the real service: what a person reads, and what is refused. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createDbusClient } from '@rtdp/dbus/client';
import { connectionOf } from '@rtdp/testing/connection';
import { testKafka } from '@rtdp/testing/kafka';
import { uniqueName } from '@rtdp/testing/names';
import { testPostgres } from '@rtdp/testing/postgres';
import { serviceSet } from '@rtdp/testing/services';
import { Command } from 'commander';
import { expect, test, vi } from 'vitest';
import type { Session } from '../session/session.ts';
import { sourceCommands } from './source.ts';

// A second or two on a quiet machine; two busy cores may take long.
vi.setConfig({ testTimeout: 180_000 });

test('a table that stopped goes on by the command that is named, and a pattern without a table is told of', async () => {
  const { brokers } = await testKafka();
  await using metadata = await testPostgres();
  await using shop = await testPostgres();
  await shop.query('CREATE TABLE big (id int PRIMARY KEY, body text); CREATE TABLE small (id int PRIMARY KEY)');
  await using services = await serviceSet({ brokers, metadataUrl: metadata.url });
  await services.service('dbus').start();
  const dbus = createDbusClient({ baseUrl: services.baseUrls.dbus, token: services.token });
  const typed = async (...words: string[]): Promise<string> => {
    const printed: string[] = [];
    const session = { dbus, json: false, print: (text: string) => printed.push(text) } as unknown as Session;
    const program = new Command().exitOverride();
    sourceCommands(program, (work) => work(session));
    await program.parseAsync(['source', ...words], { from: 'user' });
    return printed.join('');
  };
  const name = uniqueName('s');
  const tables = async (): Promise<string[]> => (await typed('tables', name)).split('\n').slice(1);
  await dbus.registerSource({
    name,
    kind: 'postgres',
    connection: connectionOf(shop.url),
    tables: 'all',
    heartbeatMs: 200,
    deadLetterLimit: 2,
    limits: { maximumMessageBytes: 10_000 },
  });
  await vi.waitUntil(async () => (await dbus.getSource(name)).state === 'running', { timeout: 60_000 });
  await shop.query(`INSERT INTO big SELECT g, repeat('x', 30000) FROM generate_series(1, 2) g`);
  await vi.waitUntil(async () => (await tables()).some((line) => /^public\.big +stopped /.test(line)), {
    timeout: 60_000,
  });
  const counted = 'counted since the stream of the source last started';
  expect([await typed('tables', name), await typed('list')]).toEqual([
    expect.stringContaining(counted),
    expect.stringContaining(counted),
  ]);
  expect(await typed('list')).toContain(`source resume-table ${name} public.big`);
  await expect(typed('resume-table', name, 'small')).rejects.toMatchObject({
    code: 'RTDP_USAGE',
    next: 'Stopped are: public.big.',
  });
  await expect(typed('resume-table', name, 'public.bog')).rejects.toMatchObject({ code: 'RTDP_USAGE' });
  await shop.query('TRUNCATE big');
  expect(await typed('resume-table', name, 'big')).toContain('public.big goes on and is read in full');
  expect(await tables()).toEqual(
    expect.arrayContaining([expect.stringMatching(/^public\.big +captured +all changes/)]),
  );

  // What matches no table would be kept for good.
  for (const [verb, pattern] of [
    ['remove-tables', 'public.nosuch'],
    ['add-tables', 'zzz.*'],
  ] as const) {
    await expect(typed(verb, name, 'small', pattern)).rejects.toMatchObject({
      code: 'DBUS_TABLE_NOT_FOUND',
      facts: { patterns: [pattern] },
    });
  }
  expect((await dbus.getSource(name)).definition).toMatchObject({ tables: 'all', excludedTables: [] });
  await typed('remove-tables', name, 'small');
  expect((await tables()).find((line) => line.startsWith('public.small'))).toMatch(
    /^public\.small +excluded +no .* Left out by small of excludedTables\.$/,
  );
  await typed('add-tables', name, 'small');
  expect((await tables()).find((line) => line.startsWith('public.small'))).toMatch(/^public\.small +captured/);
  const checked = {
    name,
    kind: 'postgres' as const,
    connection: connectionOf(shop.url),
    tables: ['public.big', 'public.nosuch'],
    excludedTables: ['public.never', 'public.tmp_*'],
  };
  const { problems } = await dbus.check(checked);
  const idle = problems.filter(({ code }) => code === 'table-not-found' || code === 'pattern-without-table');
  expect(idle.map(({ message }) => message.split(',')[0])).toEqual([
    'There is no table public.nosuch',
    'There is no table public.never',
  ]);
  const folder = mkdtempSync(join(tmpdir(), 'rtdp-check-'));
  const exitCodeBefore = process.exitCode;
  try {
    const file = join(folder, 'source.yaml');
    const check = async (tables: string[]): Promise<[string, typeof process.exitCode]> => {
      // JSON is YAML, too.
      writeFileSync(file, JSON.stringify({ ...checked, tables, excludedTables: [] }));
      process.exitCode = undefined;
      return [await typed('check', file), process.exitCode];
    };
    const [told, code] = await check(['public.smal']);
    expect(told).toContain('There is no table public.smal, which tables asks for. Did you mean public.small?');
    expect(told).toMatch(/^PostgreSQL \S+: its server is ready, but not every table that is named is there\n/);
    // Of what nobody chose, only how much there is.
    expect(told).not.toContain('Large values');
    expect(told).toContain(
      '0 of 2 tables are chosen. Of 2 that are not chosen there is something to say too: --json prints it.\n',
    );
    expect(code).toBe(1);
    const [ready, readyCode] = await check(['public.small', 'later.*']);
    expect(ready).toMatch(/^PostgreSQL \S+: ready\n/);
    expect(readyCode).toBeUndefined();
    // What is the same for both tables stands there once.
    const [ofBoth] = await check(['public.*']);
    expect(ofBoth.match(/Large values/g)).toHaveLength(1);
    expect(ofBoth).toContain('The same holds for public.small.');
    expect(ofBoth).toMatch(/\n2 of 2 tables are chosen\.\n$/);
  } finally {
    process.exitCode = exitCodeBefore;
    rmSync(folder, { recursive: true });
  }
  await dbus.removeSource(name);
});
