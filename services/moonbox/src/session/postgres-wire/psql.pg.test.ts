/** The Postgres wire with psql: logging in by certificate, lists and descriptions of what the user sees, copies, and mistakes with their place. */
import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { connectionOf } from '@rtdp/testing/connection';
import { eventually } from '@rtdp/testing/eventually';
import type pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startWire, type TestWire, type WireUser } from './testing/wire-harness.ts';

const run = promisify(execFile);

let wire: TestWire;
let editor: WireUser;

beforeAll(async () => {
  wire = await startWire();
  editor = await wire.login('eve', 'editor');
});

afterAll(() => wire?.[Symbol.asyncDispose]());

/** Runs psql with one command after the other, as a person would type them. */
async function psql(
  commands: readonly string[],
  options: { login?: WireUser; database?: string; more?: string; isLoud?: boolean } = {},
) {
  const { user, password } = options.login ?? editor;
  const target = `host=127.0.0.1 port=${wire.port} user=${user} dbname=${options.database ?? 'shop'} ${options.more ?? 'sslmode=require'}`;
  const flags = [
    '-X',
    ...(options.isLoud ? [] : ['-q']),
    '-A',
    '-t',
    ...commands.flatMap((command) => ['-c', command]),
  ];
  const { stdout } = await run('psql', [target, ...flags], {
    env: { ...process.env, PGPASSWORD: password, PGCLIENTENCODING: 'UTF8' },
    timeout: 30_000,
  });
  return stdout.trimEnd();
}

it('verifies the certificate, and binds the login to it', async () => {
  const certificateFile = join(await mkdtemp(join(tmpdir(), 'wire-')), 'certificate.pem');
  writeFileSync(certificateFile, wire.certificate);
  const more = `sslmode=verify-ca sslrootcert=${certificateFile} channel_binding=require`;
  expect(await psql(['select count(*) from orders'], { more })).toBe('20000');
  const client = await wire.connect(editor, { enableChannelBinding: true } as pg.ClientConfig);
  expect((await client.query('select 1 as one')).rows).toEqual([{ one: 1 }]);
});

it('lists and describes what the user sees', async () => {
  expect(await psql(['\\dn', '\\dt', '\\dv'])).toBe(
    ['shop|moonbox', 'shop|kinds|table|moonbox', 'shop|orders|table|moonbox', 'shop|large|view|moonbox'].join('\n'),
  );
  expect(await psql(['\\l'])).toMatch(/^shop\|postgres\|UTF8/);
  const described = await psql(['\\pset tuples_only off', '\\d orders', '\\dt+ kinds', '\\d+ kinds']);
  expect(described).toContain('id|integer||not null|');
  expect(described).toContain('amount|numeric(12,2)||not null|');
  expect(described).toContain('"orders_pkey" PRIMARY KEY, btree (id)');
  expect(described).toContain('one of each');
  expect(described).toMatch(/word\|text.*any text/);
  expect(await psql(['select current_database(), current_user, current_schema()'])).toBe('shop|eve|shop');
  const whole = ['\\dt shop.*', 'select count(*) from shop.orders'];
  expect(await psql(whole, { database: 'rtdp' })).toContain('20000');
});

it('describes a table that its store has only just got', async () => {
  const { operator, source } = wire;
  // The catalog has been looked at, so what comes now is not seen by the way.
  expect(await psql(['\\d orders'])).toContain('amount|numeric(12,2)');
  await source.query('create table fresh (id int primary key, word text)');
  const described = await eventually(
    () =>
      psql(['\\d fresh'], { isLoud: true }).catch(({ stderr }: { stderr: string }) => {
        // That a name is not there yet is no mistake; that an object id is gone, which the gateway told itself, is.
        expect(stderr).toBe('Did not find any relation named "fresh".\n');
        return '';
      }),
    (answer) => answer !== '',
  );
  expect(described).toBe('id|integer||not null|\nword|text|||');
  await source.query('drop table fresh');
  await operator.refreshMount('shop');
});

it('knows the object ids it told, whatever comes anew in between', async () => {
  const { operator, source } = wire;
  const client = await wire.connect(editor);
  const byName = "select c.oid::int from pg_class c where c.relname = 'orders'";
  const byId = `select c.relname, count(a.*)::int as columns from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0
    where c.oid = $1 group by 1`;
  const [{ oid }] = (await client.query(byName)).rows;
  await source.query('alter table orders add column note text');
  await operator.refreshMount('shop');
  const before = [{ relname: 'orders', columns: 3 }];
  expect((await client.query(byId, [oid])).rows).toEqual(before);
  expect((await client.query(byId.replace('$1', `'${oid}'`))).rows).toEqual(before);
  // By its name it is what it is now.
  const [anew] = (await client.query(byName)).rows;
  expect((await client.query(byId, [anew.oid])).rows).toEqual([{ relname: 'orders', columns: 4 }]);
  await source.query('alter table orders drop column note');
  await operator.refreshMount('shop');
});

it('lists tables of other schemas by the names that a query has for them', async () => {
  const { operator, source } = wire;
  await source.query(`create schema north; create table north.places (id int primary key); insert into north.places values (7);
    create table north.orders (id int); create schema south; create table south.places_too (id int); create table south.orders (id int)`);
  await operator.mount({
    name: 'world',
    kind: 'postgres',
    connection: connectionOf(source.url),
    schemas: ['north', 'south'],
    readableBy: ['editor'],
  });
  const inWhole = (...commands: string[]) => psql(commands, { database: 'rtdp' });
  expect(await inWhole('\\dt world.*')).toBe(
    ['north.orders', 'places', 'places_too', 'south.orders'].map((name) => `world|${name}|table|moonbox`).join('\n'),
  );
  const described = await inWhole('\\d world.places', '\\d world."north.orders"');
  expect(described).toBe('id|integer||not null|\nid|integer|||');
  for (const name of ['world.places', 'world."north.places"']) {
    expect(await inWhole(`select id from ${name}`), name).toBe('7');
  }
  expect(await psql(['select id from places'], { database: 'world' })).toBe('7');
  // With other rights it could be the table of another database.
  await expect(inWhole('select id from places')).rejects.toThrow(/Write .*world\.places/);
  await operator.unmount('world');
  await source.query('drop schema north cascade; drop schema south cascade');
});

it('defines views, and lists and describes them without what is behind them', async () => {
  const { operator } = wire;
  await operator.createDatabase('sales');
  await operator.grant({ subject: 'vera', database: 'sales' });
  const vera = await wire.login('vera', 'editor');
  const inSales = (...commands: string[]) => psql(commands, { login: vera, database: 'sales' });
  await inSales('create view cheap as select id, amount * 2 as twice from shop.orders where amount < 5');
  await operator.setOwnerRoles('vera', []);
  await operator.createView('sales', {
    name: 'cheap_too',
    sql: 'select id, amount from shop.orders where amount < 5',
  });
  expect(await inSales('\\dt', '\\dv')).toBe(['sales|cheap|view|moonbox', 'sales|cheap_too|view|moonbox'].join('\n'));
  const described = await inSales('\\d+ cheap_too', '\\d cheap');
  expect(described).toContain('id|integer||');
  expect(described).toContain('twice|numeric||');
  const catalogs = await inSales(
    "select definition from pg_views where schemaname = 'sales'",
    "select table_name, view_definition from information_schema.views where table_schema = 'sales'",
  );
  expect(catalogs).toContain('cheap_too|');
  expect(`${described}${catalogs}`).not.toMatch(/orders/);
  expect(await inSales('select count(*), max(amount) from cheap_too')).toBe('3|3.75');
  expect(await inSales('show views')).toMatch(/^sales\|cheap\|view\|vera\|broken\|/);
  const stopped = await inSales('select twice from cheap').catch((error: { stderr: string }) => error.stderr);
  expect(stopped).toContain('view sales.cheap cannot be read at the moment');
  await inSales('drop view cheap');
  expect(await inSales('\\dv cheap')).toBe('');
  await operator.dropDatabase('sales', true);
});

it('copies out as text and CSV', async () => {
  const text = await psql([
    'copy (select id, word, words, day from kinds where id in (1, 3, 4) order by id) to stdout',
  ]);
  const direct = await run('psql', [
    wire.source.url,
    '-X',
    '-c',
    'copy (select id, word, words, day from kinds where id in (1, 3, 4) order by id) to stdout',
  ]);
  expect(text).toBe(direct.stdout.trimEnd());
  const csv =
    "(select id, word, short, words, null as nothing, '' as empty from kinds order by id) to stdout with (format csv, header, force_quote (short))";
  expect(await psql([`\\copy ${csv}`])).toBe(
    (await run('psql', [wire.source.url, '-X', '-c', `\\copy ${csv}`])).stdout.trimEnd(),
  );
});

it('points at the mistake', async () => {
  const failed = await psql(['select id,\n       nmae\nfrom orders']).catch(
    (error: { stderr: string }) => error.stderr,
  );
  expect(failed).toContain('LINE 2:        nmae');
  for (const [mistake, meant] of [
    ['select id, nmae from orders', 'name'],
    // Tables go by `shop.public.orders` and by their plain name.
    ['select id from ordrs', 'shop.orders'],
    ['select id from shop.order', 'shop.orders'],
    ['selct id from orders', 'select'],
    ['select cuont(*) from orders', 'count'],
    ['select lowr(name) from orders', 'lower'],
    ["moutn database x options (kind 'postgres')", 'mount'],
  ] as const) {
    const told = await psql([mistake]).catch((error: { stderr: string }) => error.stderr);
    expect(told, mistake).toContain(`HINT:  Did you mean ${meant}?`);
  }
  // No client but ours has facts to look at.
  const zero = await psql(['select id / 0 from orders']).catch((error: { stderr: string }) => error.stderr);
  expect(zero).toContain('division by zero');
  expect(zero).toContain('HINT:  Correct the statement, or keep such values from it (WHERE, CASE, NULLIF).');
});
