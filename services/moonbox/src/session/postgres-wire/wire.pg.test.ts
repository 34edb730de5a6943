/** The Postgres wire with node-postgres: login, values, portals, transactions, cancel, rights, and what goes wrong. */

import { execFile } from 'node:child_process';
import { connect as connectSocket } from 'node:net';
import { promisify } from 'node:util';
import { connectionOf } from '@rtdp/testing/connection';
import { eventually } from '@rtdp/testing/eventually';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dropShadows, startWire, type TestWire, type WireUser } from './testing/wire-harness.ts';

const run = promisify(execFile);

let wire: TestWire;
let editor: WireUser;

beforeAll(async () => {
  wire = await startWire();
  editor = await wire.login('eve', 'editor');
});

afterAll(() => wire?.[Symbol.asyncDispose]());

function failure(error: unknown): { code?: string; message: string; hint?: string; position?: string } {
  return error as never;
}

describe('logging in', () => {
  it('takes nobody without TLS, without the password, or with an unknown name', async () => {
    await expect(wire.connect(editor, { ssl: false })).rejects.toMatchObject({ code: '28000' });
    const wrong = await wire.connect({ ...editor, password: 'guess' }).catch(failure);
    const unknown = await wire.connect({ user: 'nobody', password: 'guess' }).catch(failure);
    expect(wrong).toMatchObject({ code: '28P01' });
    expect((unknown as Error).message.replace('nobody', 'eve')).toBe((wrong as Error).message);
    await expect(wire.connect(editor, { database: 'elsewhere' })).rejects.toMatchObject({ code: '3D000' });
  });
});

describe('values', () => {
  it('are those of the source, as text', async () => {
    const gateway = await wire.connect(editor);
    const source = new pg.Client({ connectionString: wire.source.url, options: '-c TimeZone=UTC' });
    await source.connect();
    try {
      const query = {
        text: 'select * from kinds where id >= $1 order by id',
        values: [1],
        rowMode: 'array',
        types: { getTypeParser: () => (value: unknown) => value },
      } as pg.QueryArrayConfig;
      const expected = await source.query(query);
      const found = await gateway.query(query);
      expect(found.rows).toEqual(expected.rows);
      const types = ({ fields }: pg.QueryArrayResult): unknown[] =>
        fields
          // An enumeration is carried as text.
          .filter(({ name }) => name !== 'mood')
          .map(({ name, dataTypeID, dataTypeModifier, dataTypeSize }) => [
            name,
            dataTypeID,
            dataTypeModifier,
            dataTypeSize,
          ]);
      expect(types(found)).toEqual(types(expected));
    } finally {
      await source.end();
    }
  });

  it('are those of the source, byte for byte in binary', async () => {
    const copy = `copy (select ${BINARY_COLUMNS} from kinds order by id) to stdout (format binary)`;
    const bytes = async (target: string, password: string): Promise<string> => {
      const env = { ...process.env, PGPASSWORD: password, PGTZ: 'UTC' };
      const { stdout } = await run('psql', [target, '-X', '-c', copy], { env, encoding: 'buffer' });
      return stdout.toString('hex').replaceAll(/(.{64})/g, '$1\n');
    };
    const target = `host=127.0.0.1 port=${wire.port} user=${editor.user} dbname=shop sslmode=require`;
    expect(await bytes(target, editor.password)).toBe(await bytes(wire.source.url, 'postgres'));
    const client = await wire.connect(editor);
    const inet = { text: 'select address from kinds where id = $1', values: [1], binary: true };
    await expect(client.query(inet as pg.QueryConfig)).rejects.toMatchObject({ code: '42883' });
    expect((await client.query('select 1 as one')).rows).toEqual([{ one: 1 }]);
  });

  it('come in as parameters, prepared once and bound often', async () => {
    const client = await wire.connect(editor);
    const text = 'select id, name from orders where id = $1 and amount < $2 and name like $3';
    for (const id of [1, 77, 20_000]) {
      const { rows } = await client.query({ name: 'by id', text, values: [id, '99999.5', 'order%'] });
      expect(rows).toEqual([{ id, name: `order ${id}` }]);
    }
    expect((await client.query(text, [1, '99999', null])).rows).toEqual([]);
    await expect(client.query('select id from orders where id = $1', [1, 2])).rejects.toMatchObject({ code: '08P01' });
    await expect(client.query('select id from orders where id = $1', ['seven'])).rejects.toMatchObject({
      code: '22P02',
    });
    expect((await client.query('select $1::int + 1 as next', ['41'])).rows).toEqual([{ next: 42 }]);
  });

  it('say as parameters how many rows there are, as text and in binary, at one source and over several', async () => {
    await wire.operator.mount({
      name: 'again',
      kind: 'postgres',
      connection: connectionOf(wire.source.url),
      readableBy: ['editor'],
    });
    const client = await wire.connect(editor);
    const binary = (value: bigint): Buffer => {
      const bytes = Buffer.alloc(8);
      bytes.writeBigInt64BE(value);
      return bytes;
    };
    const few = 'select id from kinds order by id limit $1 offset $2';
    const both = 'select id from shop.kinds union all select id from again.kinds limit $1 offset $2';
    for (const [text, all] of [
      [few, 4],
      [both, 8],
    ] as const) {
      const rows = async (...values: unknown[]): Promise<number> =>
        (await client.query({ name: text.slice(0, 40), text, values })).rows.length;
      expect(await rows('2', '1'), text).toBe(2);
      expect(await rows(binary(2n), binary(1n)), text).toBe(2);
      expect(await rows(null, binary(1n)), text).toBe(all - 1);
      expect(await rows(3, null), text).toBe(3);
      expect(await rows(binary(0n), 0), text).toBe(0);
      const negative = { severity: 'ERROR', message: expect.stringContaining('must not be negative') };
      await expect(rows('-1', '0'), text).rejects.toMatchObject({ code: '2201W', ...negative });
      await expect(rows(1, binary(-1n)), text).rejects.toMatchObject({ code: '2201X', ...negative });
      expect(await rows(1, 0), text).toBe(1);
    }
    await wire.operator.unmount('again');
  });
});

describe('a session', () => {
  it('gives rows in portions, and ends what is left', async () => {
    const client = await wire.connect(editor);
    const config = { text: 'select id from orders order by id', values: [], rows: 777 };
    const { rows } = await client.query(config as pg.QueryConfig);
    expect(rows.length).toBe(20_000);
    expect(rows.at(-1)).toEqual({ id: 20_000 });
    await client.query('begin');
    await client.query('declare numbers cursor for select id from orders order by id');
    expect((await client.query('fetch 2 from numbers')).rows).toEqual([{ id: 1 }, { id: 2 }]);
    expect((await client.query('move 10 in numbers')).command).toBe('MOVE');
    expect((await client.query('fetch numbers')).rows).toEqual([{ id: 13 }]);
    await client.query('commit');
    await expect(client.query('fetch numbers')).rejects.toMatchObject({ code: '34000' });
    const running = await eventually(
      () => openStatements(),
      (count) => count === 0,
    );
    expect(running).toBe(0);
  });

  it('keeps a failed transaction failed until its end', async () => {
    const client = await wire.connect(editor);
    await client.query('begin');
    await client.query('savepoint before');
    await expect(client.query('select nothing from orders')).rejects.toMatchObject({ code: '42703' });
    await expect(client.query('select 1')).rejects.toMatchObject({ code: '25P02' });
    await client.query('rollback to savepoint before');
    expect((await client.query('select count(*)::int as n from orders')).rows).toEqual([{ n: 20_000 }]);
    await expect(client.query('insert into orders values (0, $1, 0)', ['x'])).rejects.toThrow();
    expect((await client.query('commit')).command).toBe('ROLLBACK');
  });

  it('leaves a record of what it refuses by itself', async () => {
    const client = await wire.connect(await wire.login('lena', 'editor'));
    const prepared = { name: 'before', text: 'select id from orders where id = 3' };
    expect((await client.query(prepared)).rows).toEqual([{ id: 3 }]);
    const lock = 'lock table orders';
    const prepare = 'prepare p as select id from orders';
    for (const sql of [lock, prepare]) await expect(client.query(sql)).rejects.toMatchObject({ code: '0A000' });
    await client.query('begin');
    await expect(client.query('select nothing from orders')).rejects.toMatchObject({ code: '42703' });
    const late = 'select id from orders where id = 2';
    for (const sql of [late, prepared]) await expect(client.query(sql)).rejects.toMatchObject({ code: '25P02' });
    await client.query('rollback');
    const { items } = await eventually(
      () => wire.operator.listQueries({ subject: 'lena', state: 'refused' }),
      ({ items }) => items.length === 5,
    );
    const failed = 'WIRE_TRANSACTION_FAILED';
    expect(Object.fromEntries(items.map(({ sql, error }) => [sql, error?.code]))).toEqual({
      [lock]: 'WIRE_UNSUPPORTED',
      [prepare]: 'WIRE_UNSUPPORTED',
      'select nothing from orders': 'SQL_UNKNOWN_COLUMN',
      [late]: failed,
      [prepared.text]: failed,
    });
    expect(items.every(({ decision }) => decision === 'refused')).toBe(true);
  });

  it('runs several statements of one text up to the first that fails', async () => {
    const client = await wire.connect(editor);
    const results = (await client.query(
      "select 1 as a; select ';' as b; set application_name to 'x; y'; show application_name",
    )) as unknown as pg.QueryResult[];
    expect(results.map(({ rows }) => rows)).toEqual([[{ a: 1 }], [{ b: ';' }], [], [{ application_name: 'x; y' }]]);
    await expect(client.query('select 1; select nothing from orders; select 2')).rejects.toMatchObject({
      code: '42703',
      position: '18',
    });
    expect((await client.query('select 3 as c')).rows).toEqual([{ c: 3 }]);
  });

  it('says what a setting is, and which it cannot be', async () => {
    const client = await wire.connect(editor);
    await client.query("set statement_timeout = '250ms'");
    await expect(client.query(SLOW)).rejects.toMatchObject({ code: '57014' });
    await client.query('reset statement_timeout');
    await expect(client.query("set timezone = 'Europe/Berlin'")).rejects.toMatchObject({ code: '22023' });
    await expect(client.query('set no_such_setting = 1')).rejects.toMatchObject({ code: '42704' });
    await client.query('begin');
    await client.query("set local application_name = 'inside'");
    await client.query('rollback');
    expect((await client.query("select current_setting('application_name') as name")).rows).toEqual([{ name: '' }]);
  });

  it('cancels at the source, and goes on', async () => {
    const client = await wire.connect(editor);
    const { processID, secretKey } = client as unknown as { processID: number; secretKey: number };
    const slow = client.query(SLOW).catch(failure);
    expect(
      await eventually(
        () => openStatements('count(*)'),
        (count) => count > 0,
      ),
    ).toBeGreaterThan(0);
    await cancelRequest(processID, secretKey ^ 1);
    await cancelRequest(processID, secretKey);
    const cancelled = 'the statement was cancelled: the client cancelled it, by hand or at a time limit of its own';
    expect(await slow).toMatchObject({ code: '57014', message: cancelled });
    const { items } = await eventually(
      () => wire.operator.listQueries({ state: 'cancelled' }),
      ({ items }) => items.length > 0,
    );
    expect(items[0]).toMatchObject({ sql: SLOW, error: { message: cancelled } });
    expect(
      await eventually(
        () => openStatements(),
        (count) => count === 0,
      ),
    ).toBe(0);
    expect((await client.query('select 1 as one')).rows).toEqual([{ one: 1 }]);
  });

  it('is one of twenty', async () => {
    const clients = await Promise.all(Array.from({ length: 20 }, () => wire.connect(editor)));
    const answers = await Promise.all(
      clients.map(async (client, number) => {
        const right: boolean[] = [];
        for (let id = number * 10 + 1; id <= number * 10 + 10; id += 1) {
          const { rows } = await client.query('select id from orders where id = $1', [id]);
          right.push(rows[0].id === id);
        }
        return right;
      }),
    );
    expect(answers.flat().filter((isRight) => isRight).length).toBe(200);
  });
});

describe('what goes wrong', () => {
  it('ends a session that speaks nonsense, and no other', async () => {
    const client = await wire.connect(editor);
    let state = 42;
    const chance = (below: number): number => {
      state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
      return state % below;
    };
    const garbage = (): Buffer => Buffer.from(Array.from({ length: 1 + chance(300) }, () => chance(256)));
    for (let turn = 0; turn < 60; turn += 1) {
      // At the start, before and behind a true beginning; and by a client that has logged in.
      const head = [Buffer.alloc(0), Buffer.of(0, 0, 0, 8, 4, 210, 22, 47), Buffer.of(0, 0, 0, 12, 0, 3, 0, 0)][
        turn % 3
      ]!;
      await sendAndWait(Buffer.concat([head, garbage()]));
    }
    for (let turn = 0; turn < 20; turn += 1) {
      const other = await wire.connect(editor);
      const { stream } = (other as unknown as { connection: { stream: NodeJS.WritableStream } }).connection;
      const ended = new Promise<void>((resolve) => other.on('end', () => resolve()));
      stream.write(
        Buffer.concat([
          Buffer.from('PBDECSQd'[turn % 8]!),
          Buffer.of(0, 0, 0, 20 + chance(40)),
          garbage(),
          Buffer.alloc(64),
          Buffer.of(0x99),
        ]),
      );
      stream.end();
      await ended;
    }
    expect((await client.query('select count(*)::int as n from orders')).rows).toEqual([{ n: 20_000 }]);
    expect(wire.logs()).not.toMatch(/"level":[56]0/);
  });

  it('makes the shadow catalog anew where it was lost, and answers from tables meanwhile', async () => {
    const client = await wire.connect(editor);
    expect((await client.query('select current_schema() as name')).rows).toEqual([{ name: 'shop' }]);
    await dropShadows(wire.shadow);
    expect((await client.query('select count(*)::int as n from orders')).rows).toEqual([{ n: 20_000 }]);
    const again = async () => (await client.query("select relname from pg_class where relname = 'orders'")).rows;
    // The connection that was lost may be noticed only when it is asked.
    expect(
      await eventually(
        () => again().catch(() => []),
        (rows) => rows.length === 1,
      ),
    ).toEqual([{ relname: 'orders' }]);
  });
});

describe('a user whom people know by a name', () => {
  const id = 'd342630a-0000-4000-8000-000000000001';

  it('logs in by it or by the id, and is told by it', async () => {
    const login = await wire.login(id, 'editor', undefined, 'anna@example.com');
    expect(login.user).toBe('anna@example.com');
    const client = await wire.connect(login);
    expect((await client.query('select current_user')).rows).toEqual([{ current_user: 'anna@example.com' }]);
    await client.query('select name from orders where id = 7');
    // The audit is written behind the answer.
    const shown = await eventually(
      async () =>
        (await client.query('show queries')).rows.find(({ sql }) => sql === 'select name from orders where id = 7'),
      (row) => row !== undefined,
    );
    expect(shown).toMatchObject({ user_name: 'anna@example.com', state: 'done' });
    const record = (await wire.operator.listQueries({ subject: id })).items.find(({ kind }) => kind === 'SELECT');
    expect(record).toMatchObject({ subject: id, name: 'anna@example.com' });
    const byId = await wire.connect({ ...login, user: id });
    expect((await byId.query('select current_user')).rows).toEqual([{ current_user: id }]);
  });

  it('loses the name to whose token carries it, not the login by the id', async () => {
    const first = await wire.login(id, 'editor', undefined, 'anna@example.com');
    const session = await wire.connect(first);
    const second = await wire.login('another-anna', 'viewer', undefined, 'anna@example.com');
    expect(second.user).toBe('anna@example.com');
    await expect(wire.connect(first)).rejects.toThrow(/password authentication failed/i);
    const ended = await eventually(
      () =>
        session.query('select 1 from orders where id = 1').then(
          () => '',
          ({ code }: { code: string }) => code,
        ),
      (code) => code !== '',
    );
    expect(ended).toBe('57P01');
    await wire.connect({ ...first, user: id });
    await wire.operator.removePassword('anna@example.com');
    expect((await wire.operator.listPasswords()).items.map(({ user }) => user)).not.toContain('another-anna');
    await wire.connect({ ...first, user: id });
    await wire.operator.removePassword(id);
    await expect(wire.connect({ ...first, user: id })).rejects.toThrow(/password authentication failed/i);
  });
});

describe('rights', () => {
  it('end with the login: an open session is told at its next statement, and runs nothing more', async () => {
    const login = await wire.login('una', 'editor');
    const [simple, prepared] = [await wire.connect(login), await wire.connect(login)];
    expect((await simple.query('select count(*)::int as n from orders')).rows).toEqual([{ n: 20_000 }]);
    await wire.operator.removePassword('una');
    const ask = (client: pg.Client, values: number[]) => () =>
      client.query('select count(*) from orders', values).then(() => 'rows', failure);
    for (const asked of [ask(simple, []), ask(prepared, [])]) {
      expect(await eventually(asked, (answer) => answer !== 'rows')).toMatchObject({
        code: '57P01',
        severity: 'FATAL',
        hint: expect.stringContaining('Log in again'),
      });
      expect(await asked()).not.toBe('rows');
    }
    await expect(wire.connect(login)).rejects.toMatchObject({ code: '28P01' });
    // Another role is another login, whatever the password; a session of the new one goes on.
    const again = await wire.login('una', 'editor');
    const editing = await wire.connect(again);
    const viewing = await wire.connect(await wire.login('una', 'viewer'), { database: 'rtdp' });
    expect(await eventually(ask(editing, []), (answer) => answer !== 'rows')).toMatchObject({ code: '57P01' });
    expect((await viewing.query('select 1 as one')).rows).toEqual([{ one: 1 }]);
  });

  it('hide from one organisation what another has, names too', async () => {
    const stranger = await wire.login('sam', 'admin', '00000000-0000-4000-8000-00000000000f');
    const client = await wire.connect(stranger, { database: 'rtdp' });
    const schemas = await client.query(
      "select nspname from pg_namespace where nspname !~ '^pg_' and nspname <> 'information_schema'",
    );
    expect(schemas.rows).toEqual([]);
    expect((await client.query('select datname from pg_database')).rows).toEqual([{ datname: 'rtdp' }]);
    expect((await client.query('select * from pg_stat_activity')).rows).toEqual([]);
    await expect(client.query('select id from shop.orders')).rejects.toMatchObject({ code: '42P01' });
    for (const sql of [
      "select query_to_xml('select 1', true, false, '')",
      'select pg_stat_get_activity(null)',
      'select pg_sleep(1)',
      'select lo_create(0)',
      'select * from pg_authid',
      "select pg_read_file('postgresql.conf')",
    ]) {
      await expect(client.query(sql), sql).rejects.toMatchObject({ code: '42501' });
    }
    await expect(client.query("select repeat(repeat('x', 10000), 2000)")).rejects.toMatchObject({ code: '54000' });
    await expect(client.query("select repeat('x', 1000) from generate_series(1, 30000)")).rejects.toMatchObject({
      code: '54000',
    });
    expect((await client.query('select 1 as one')).rows).toEqual([{ one: 1 }]);
    await expect(client.query('set role postgres')).rejects.toMatchObject({ code: '22023' });
    await expect(client.query("select set_config('role', 'postgres', false)")).rejects.toMatchObject({ code: '22023' });
    await expect(client.query('do $$ begin perform 1; end $$')).rejects.toThrow();
    await expect(client.query('select * from pg_class, shop.orders')).rejects.toMatchObject({ code: '0A000' });
  });

  it('show a table from the moment it is granted to the moment it is revoked', async () => {
    const viewer = await wire.login('vic', 'viewer');
    const client = await wire.connect(viewer, { database: 'rtdp' });
    const columns = async () =>
      (
        await client.query("select column_name from information_schema.columns where table_schema = 'shop' order by 1")
      ).rows.map(({ column_name }) => column_name);
    expect(await columns()).toEqual([]);
    const grant = { role: 'viewer', database: 'shop', table: 'orders', columns: ['id', 'name'] } as const;
    await wire.operator.grant({ ...grant, columns: [...grant.columns] });
    expect(await columns()).toEqual(['id', 'name']);
    expect((await client.query('select * from shop.orders where id = 1')).rows).toEqual([{ id: 1, name: 'order 1' }]);
    await expect(client.query('select amount from shop.orders')).rejects.toMatchObject({ code: '42703' });
    await wire.operator.revoke({ ...grant, columns: [...grant.columns] });
    expect(await columns()).toEqual([]);
  });
});

const BINARY_COLUMNS =
  'id, flag, small, big, single, double, price, free, word, short, padded, bytes, day, moment, instant, clock, span, mark, document, tree, numbers, words, mood';

/** Seconds of work at the source, not of the gateway. */
const SLOW = 'select count(*) from orders a, orders b, orders c where a.amount + b.amount > c.amount';

/** @param part what a statement holds that counts: the gateway looks at its sources by itself, too */
async function openStatements(part = ''): Promise<number> {
  const { rows } = await wire.source.query<{ n: number }>(
    "select count(*)::int as n from pg_stat_activity where datname = current_database() and state = 'active' and pid <> pg_backend_pid() and backend_type = 'client backend' and position($1 in query) > 0",
    [part],
  );
  return rows[0]!.n;
}

/** Whatever the gateway answers, it ends the connection, or waits for more. */
function sendAndWait(bytes: Buffer): Promise<void> {
  return new Promise((resolve) => {
    const socket = connectSocket(wire.port, '127.0.0.1', () => socket.end(bytes));
    socket.on('close', () => resolve());
    socket.on('error', () => resolve());
    socket.resume();
  });
}

function cancelRequest(processId: number, secretKey: number): Promise<void> {
  const request = Buffer.alloc(16);
  request.writeInt32BE(16, 0);
  request.writeInt32BE(80_877_102, 4);
  request.writeInt32BE(processId, 8);
  request.writeInt32BE(secretKey, 12);
  return new Promise((resolve, reject) => {
    const socket = connectSocket(wire.port, '127.0.0.1', () => socket.write(request));
    socket.on('close', () => resolve());
    socket.on('error', reject);
    socket.resume();
  });
}
