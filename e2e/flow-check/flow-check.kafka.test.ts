/** Shows that what a sink cannot take is told before a flow is there, in words that say what to mend. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connectionOf } from '@rtdp/testing/connection';
import { eventually } from '@rtdp/testing/eventually';
import { expect, test } from 'vitest';
import { startOnSharedServers } from '../pipeline/start-on-shared-servers.ts';

test('a table of somebody else, and an address that does not answer, are told by the check and refused by the deploy', async () => {
  await using pipeline = await startOnSharedServers();
  const { source, sink, wormhole, name } = pipeline;
  await source.query('CREATE TABLE theirs (id bigint PRIMARY KEY, words text)');
  await source.query('CREATE TABLE free (id bigint PRIMARY KEY)');
  await sink.query('CREATE TABLE theirs (id text, note text)');
  const connection = connectionOf(source.url);
  const folder = mkdtempSync(join(tmpdir(), 'rtdp-flow-check-'));
  const sourceFile = join(folder, 'source.yaml');
  writeFileSync(sourceFile, JSON.stringify({ name, kind: 'postgres', connection, tables: ['public.*'] }));
  const added = await pipeline.commandLine('source', 'add', sourceFile);
  expect(added.output).toMatch(/^Source \w+ is registered(?: and (?!registered)\w+)?; its topic is /);
  const check = async (table: string, place: Record<string, unknown> = {}) => {
    const definition = {
      name: 'onto',
      source: { namespace: `postgresql.${name}.public.${table}` },
      sink: { store: 'postgres', connection: { ...connectionOf(sink.url), ...place } },
    };
    const file = join(folder, 'flow.yaml');
    writeFileSync(file, JSON.stringify(definition));
    return { ...(await pipeline.commandLine('flow', 'check', file)), definition };
  };
  try {
    const told = await eventually(
      () => check('*'),
      ({ code }) => code === 1,
      60_000,
    );
    expect(told.output).toContain(
      'problem: the table public.theirs exists and is not one that this flow would make: ' +
        'it has no column ums_id_; it has no column ums_ts_; it has no column words; id is text, not bigint; ' +
        'it has a column note besides; and 1 more. ',
    );
    expect(told.output).toContain('It cannot be deployed.');
    await expect(wormhole.deploy(told.definition as Parameters<typeof wormhole.deploy>[0])).rejects.toMatchObject({
      code: 'WORMHOLE_FLOW_NOT_ALLOWED',
    });
    expect((await check('free')).output).toContain('It can be deployed.');
    expect((await check('free', { port: 1 })).output).toMatch(/^problem: the sink \S+ at \S+:1 cannot be used: /m);
    // The look has made nothing.
    const tables = await sink.query('SELECT relname FROM pg_class WHERE relnamespace = $1::regnamespace', ['public']);
    expect(tables.rows).toEqual([{ relname: 'theirs' }]);
  } finally {
    rmSync(folder, { recursive: true });
  }
}, 180_000);
