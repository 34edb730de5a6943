/** Statements while they run: limits, cancelling at the source, turns among users, long answers in flat memory, and an audit that misses nothing. */

import { connectionOf } from '@rtdp/testing/connection';
import { eventually } from '@rtdp/testing/eventually';
import { type TestDatabase, testPostgres } from '@rtdp/testing/postgres';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startGateway, type TestGateway, type TestUser } from '../testing/gateway-harness.ts';

let gateway: TestGateway;
let store: TestDatabase;
const SLOTS = 4;
const MAXIMUM_ROWS = 1_000_000;

beforeAll(async () => {
  [gateway, store] = await Promise.all([
    startGateway({ RTDP_QUERY_SLOTS: String(SLOTS), RTDP_QUERY_MAXIMUM_ROWS: String(MAXIMUM_ROWS) }),
    testPostgres(),
  ]);
  await store.query(`
    create table numbers (id int primary key, name text not null);
    insert into numbers select i, 'number ' || i from generate_series(1, 1000) i;
    create view long as select a.id, a.name from numbers a, numbers b;
    create view slow as select count(*) as answer from (select pg_sleep(0.2)) sleeping;
    create view endless as select a.id from numbers a, numbers b, numbers c, numbers d;
    analyze numbers;`);
  await gateway.operator.client.mount({
    name: 'n',
    kind: 'postgres',
    connection: connectionOf(store.url),
    readableBy: ['viewer'],
  });
});

afterAll(async () => {
  await gateway?.[Symbol.asyncDispose]();
  await store?.drop();
});

const ENDLESS = 'select sum(id) from n.endless';

/** Statements of the gateway that the source is working on. */
async function busyAtSource(): Promise<number> {
  const { rows } = await store.query<{ count: string }>(
    `select count(*) from pg_stat_activity where application_name = 'rtdp moonbox' and state = 'active' and datname = $1`,
    [store.name],
  );
  return Number(rows[0]?.count);
}

async function idleAtSource(): Promise<number> {
  return eventually(busyAtSource, (count) => count === 0);
}

async function record(user: TestUser, label: string) {
  const { items } = await eventually(
    () => user.client.listQueries({ label }),
    ({ items }) => items.length > 0 && !['queued', 'running'].includes(items[0]?.state ?? ''),
  );
  return items[0];
}

test('time, rows: each limit ends a statement at its source, with its own error', async () => {
  const { client } = gateway.operator;
  await expect(client.query({ sql: ENDLESS, timeoutMs: 300, label: 'late' })).rejects.toMatchObject({
    code: 'MOONBOX_TIME_LIMIT',
    facts: { timeoutMs: 300 },
  });
  expect(await idleAtSource()).toBe(0);
  expect(await record(gateway.operator, 'late')).toMatchObject({
    state: 'failed',
    decision: 'allowed',
    error: { code: 'MOONBOX_TIME_LIMIT' },
  });
  const tooMany = await gateway.post(gateway.operator, {
    sql: 'select id from n.endless',
    format: 'ndjson',
    label: 'many',
  });
  const lines = (await tooMany.text()).trimEnd().split('\n');
  expect(JSON.parse(lines.at(-1) ?? '')).toMatchObject({ error: { code: 'MOONBOX_ROW_LIMIT' } });
  expect(await idleAtSource()).toBe(0);
  expect(await record(gateway.operator, 'many')).toMatchObject({
    state: 'failed',
    error: { code: 'MOONBOX_ROW_LIMIT' },
  });
  const first = await client.query({ sql: 'select id from n.long', maximumRows: 5, label: 'first' });
  expect(first).toMatchObject({ rowCount: 5, truncated: true });
  expect(await idleAtSource()).toBe(0);
  expect(await record(gateway.operator, 'first')).toMatchObject({ state: 'done', rows: 5 });
  expect(await client.query({ sql: 'select id from n.numbers where id <= 5', maximumRows: 5 })).toMatchObject({
    rowCount: 5,
    truncated: false,
  });
});

test('cancelling ends a statement at its source: by request, by KILL, and when the client goes away', async () => {
  const vera = await gateway.user('vera', 'viewer');
  const rolf = await gateway.user('rolf', 'viewer');
  const running = async (label: string): Promise<string> => {
    await eventually(busyAtSource, (count) => count > 0);
    const { items } = await eventually(
      () => vera.client.listQueries({ label, state: 'running' }),
      ({ items }) => items.length > 0,
    );
    return items[0]?.id ?? '';
  };
  const first = vera.client.query({ sql: ENDLESS, label: 'first cancel' }).catch((error: unknown) => error);
  const id = await running('first cancel');
  await expect(rolf.client.cancel(id)).rejects.toMatchObject({ code: 'MOONBOX_QUERY_UNKNOWN' });
  expect(await vera.client.cancel(id)).toBe(true);
  expect(await first).toMatchObject({ code: 'MOONBOX_CANCELLED' });
  expect(await idleAtSource()).toBe(0);

  const second = vera.client.query({ sql: ENDLESS, label: 'second cancel' }).catch((error: unknown) => error);
  await gateway.operator.client.query({ sql: `kill '${await running('second cancel')}'` });
  expect(await second).toMatchObject({ code: 'MOONBOX_CANCELLED' });
  expect(await idleAtSource()).toBe(0);

  const gone = new AbortController();
  const third = gateway.post(vera, { sql: ENDLESS, label: 'gone' }, gone.signal).catch((error: unknown) => error);
  await running('gone');
  gone.abort();
  await third;
  expect(await idleAtSource()).toBe(0);
  expect(await record(vera, 'gone')).toMatchObject({ state: 'cancelled', error: { code: 'MOONBOX_CANCELLED' } });
});

test('20 statements at once: a user with a few does not wait behind a user with many', async () => {
  const many = await gateway.user('many', 'viewer');
  const few = await gateway.user('few', 'viewer');
  const ask = (user: TestUser, label: string) =>
    user.client.query({ sql: 'select answer from n.slow', label }).then(({ rows }) => rows[0]?.[0]);
  const all = Array.from({ length: 17 }, () => ask(many, 'many'));
  await eventually(busyAtSource, (count) => count > 0);
  all.push(...Array.from({ length: 3 }, () => ask(few, 'few')));
  expect(new Set(await Promise.all(all))).toEqual(new Set(['1']));
  const waits = async (user: TestUser, label: string, count: number): Promise<number[]> => {
    const { items } = await eventually(
      () => user.client.listQueries({ label }),
      ({ items }) => items.length === count && items.every(({ state }) => state === 'done'),
    );
    expect(items.map(({ state, rows }) => [state, rows])).toEqual(Array.from({ length: count }, () => ['done', 1]));
    return items.map(({ queuedMilliseconds }) => queuedMilliseconds).sort((a, b) => a - b);
  };
  const [waitsOfMany, waitsOfFew] = [await waits(many, 'many', 17), await waits(few, 'few', 3)];
  // Two slots are never the first user's: it waits for itself, and the other only behind its own two statements.
  expect(waitsOfMany[16]).toBeGreaterThan(600);
  expect(waitsOfFew[2]).toBeLessThan(waitsOfMany[16]! / 2);
});

test('a million rows stream in flat memory, and as slowly as the client reads', async () => {
  const before = await residentBytes();
  const sql = "select id, name, repeat('x', 100) as filler from n.long";
  const response = await gateway.post(gateway.operator, { sql, format: 'ndjson' });
  const reader = response.body!.getReader();
  let piece = await reader.read();
  // Nobody reads on, so the source waits for the gateway to take its rows.
  const waiting = await eventually(
    async () =>
      (await store.query('select wait_event from pg_stat_activity where query like $1', ['%AS filler%'])).rows,
    (rows) => rows.some(({ wait_event: event }) => event === 'ClientWrite'),
  );
  expect(waiting).toContainEqual({ wait_event: 'ClientWrite' });
  let most = await residentBytes();
  let lines = 0;
  let pieces = 0;
  let last = Buffer.alloc(0);
  for (; !piece.done; piece = await reader.read()) {
    last = Buffer.from(piece.value);
    for (let at = last.indexOf(10); at >= 0; at = last.indexOf(10, at + 1)) lines++;
    if (++pieces % 100 === 0) most = Math.max(most, await residentBytes());
  }
  expect(lines).toBe(1_000_002);
  expect(JSON.parse(last.toString().trimEnd().split('\n').at(-1) ?? '')).toMatchObject({
    done: true,
    rowCount: 1_000_000,
  });
  // The answer has 140 MB.
  expect(most - before).toBeLessThan(100 * 1024 * 1024);
});

async function residentBytes(): Promise<number> {
  const metrics = await (await fetch(`${gateway.baseUrl}/metrics`)).text();
  return Number(/^process_resident_memory_bytes (\S+)$/m.exec(metrics)?.[1]);
}

test('answers do not wait for the audit, and the audit waits for its server', async () => {
  const liz = await gateway.user('liz', 'viewer');
  const holder = await gateway.metadata.pool.connect();
  try {
    await holder.query('begin; lock table moonbox.audit in access exclusive mode');
    const answers = await Promise.all(
      Array.from({ length: 5 }, () => liz.client.query({ sql: 'select count(*) from n.numbers', label: 'behind' })),
    );
    expect(answers.map(({ rows }) => rows[0])).toEqual(Array.from({ length: 5 }, () => ['1000']));
    await holder.query('rollback');
  } finally {
    holder.release();
  }
  const { items } = await eventually(
    () => liz.client.listQueries({ label: 'behind' }),
    ({ items }) => items.length === 5 && items.every(({ state }) => state === 'done'),
  );
  expect(items.map(({ state }) => state)).toEqual(Array.from({ length: 5 }, () => 'done'));
});

test('every statement is in the audit, with what it read; passwords are not; a graceful stop loses none', async () => {
  const amy = await gateway.user('amy', 'viewer');
  await amy.client.query({ sql: 'select name from n.numbers where id = $1', parameters: [1], label: 'widget 7' });
  await amy.client.query({ sql: 'select secret from n.nothing' }).catch(() => undefined);
  await amy.client.query({ sql: 'selec' }).catch(() => undefined);
  await amy.client
    .query({
      sql: "mount database x options (kind 'postgres', host 'h', database 'd', user 'u', password 'tell''nobody')",
    })
    .catch(() => undefined);
  await amy.client.query({ sql: "mount database y options (password 'tell nobody'" }).catch(() => undefined);
  await amy.client.explain({ sql: 'select id from n.numbers' });
  const mounting = "mount database z options (kind 'postgres', password 'tell nobody')";
  for (const analyze of [false, true]) await amy.client.explain({ sql: mounting, analyze }).catch(() => undefined);
  await amy.client.query({ sql: `explain ${mounting}` }).catch(() => undefined);
  await Promise.all(
    Array.from({ length: 50 }, (_, number) => amy.client.query({ sql: `select ${number} from n.numbers limit 1` })),
  );
  await gateway.process.stop();
  const { rows } = await gateway.metadata.query(
    `select kind, sql, label, state, decision, rows::int, error->>'code' as code, tables from moonbox.audit
      where subject = 'amy' order by started_at, kind`,
  );
  expect(rows).toHaveLength(60);
  expect(JSON.stringify(rows)).not.toMatch(/nobody/);
  expect(rows.slice(0, 6)).toMatchObject([
    {
      kind: 'SELECT',
      label: 'widget 7',
      state: 'done',
      decision: 'allowed',
      rows: 1,
      tables: [{ database: 'n', table: 'numbers', columns: ['id', 'name'], sinkNamespace: null }],
    },
    { kind: 'SELECT', state: 'refused', decision: 'refused', code: 'SQL_UNKNOWN_TABLE' },
    { sql: 'selec', state: 'refused', code: 'SQL_SYNTAX' },
    { kind: 'MOUNT DATABASE', state: 'refused', code: 'IDENTITY_FORBIDDEN' },
    { state: 'refused', code: 'MOONBOX_STATEMENT_INVALID' },
    { kind: 'EXPLAIN', state: 'done', decision: 'allowed' },
  ]);
  await gateway.process.start();
});
