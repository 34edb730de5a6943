/** The Postgres wire with Python's psycopg: the lines of the quickstart as they stand there, and statements that it prepares by itself. */
import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { connectionOf } from '@rtdp/testing/connection';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startWire, type TestWire, type WireUser } from './testing/wire-harness.ts';

const run = promisify(execFile);

/** Debian's python3-psycopg, which `npm test` installs, is seen by Debian's own Python. */
const PYTHON = '/usr/bin/python3';
const DRIVER = '/usr/lib/python3/dist-packages/psycopg/__init__.py';
const QUICKSTART = join(import.meta.dirname, '../../../../../docs/quickstart-gateway.md');

let wire: TestWire;
let editor: WireUser;

beforeAll(async () => {
  expect(existsSync(DRIVER), `${DRIVER} is missing: apt install python3-psycopg`).toBe(true);
  wire = await startWire();
  editor = await wire.login('eve', 'editor');
  await wire.source.query(`create schema trade; create table trade.orders (id int primary key, total numeric(12,2));
    insert into trade.orders select i, i * 0.5 from generate_series(1, 300) i;
    create table trade.notes as select i as id, repeat('x', 300 + i * 37 % 900) as note from generate_series(1, 60), generate_series(1, 100) i`);
  const connection = connectionOf(wire.source.url);
  await wire.operator.mount({
    name: 'warehouse',
    kind: 'postgres',
    connection,
    schemas: ['trade'],
    readableBy: ['editor'],
  });
});

afterAll(() => wire?.[Symbol.asyncDispose]());

async function python(program: string): Promise<string[]> {
  const { stdout } = await run(PYTHON, ['-c', `password = ${JSON.stringify(editor.password)}\n${program}`], {
    timeout: 120_000,
  });
  return stdout.trimEnd().split('\n');
}

it('runs the lines of the quickstart', async () => {
  const lines = /```python\n(.*?)```/s.exec(readFileSync(QUICKSTART, 'utf8'))?.[1] ?? '';
  const here = lines.replace('port=7435 user=operator', `port=${wire.port} user=${editor.user}`);
  expect(here).not.toBe(lines);
  const row = (id: number): string => `(${id}, Decimal('${(id * 0.5).toFixed(2)}'))`;
  const from = (first: number): string[] => Array.from({ length: 301 - first }, (_, index) => row(first + index));
  const printed = await python(here);
  expect(printed.slice(0, 100).sort()).toEqual(from(201).sort());
  expect(printed.slice(100).sort()).toEqual(from(1).sort());
});

it('prepares what is asked often, reads types, and is told of mistakes', async () => {
  const printed = await python(`
import psycopg
with psycopg.connect("host=127.0.0.1 port=${wire.port} user=${editor.user} dbname=shop sslmode=require", password=password) as connection:
    for id in range(1, 11):
        print(connection.execute("select name, amount from orders where id = %s", (id,)).fetchone())
    print(connection.execute("select flag, big, price, bytes, day, mark, tree, numbers, words from kinds where id = 1").fetchone())
    with connection.cursor(binary=True) as cursor:
        print(cursor.execute("select big, price, day, numbers from kinds where id = 1").fetchone())
    try:
        connection.execute("select nmae from orders")
    except psycopg.errors.UndefinedColumn as error:
        print(error.diag.sqlstate, error.diag.message_hint)
    connection.rollback()
    print(connection.execute("select count(*) from orders").fetchone())
`);
  const numbers = `Decimal('12345.678900'), datetime.date(2026, 2, 28)`;
  expect(printed).toEqual([
    ...Array.from(
      { length: 10 },
      (_, index) => `('order ${index + 1}', Decimal('${((index + 1) * 1.25).toFixed(2)}'))`,
    ),
    `(True, 9223372036854775807, Decimal('12345.678900'), b'\\x00\\xff', datetime.date(2026, 2, 28), UUID('a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'), {'b': 1}, [1, None, -3], ['a b', None, 'c"d'])`,
    `(9223372036854775807, ${numbers}, [1, None, -3])`,
    '42703 Did you mean name?',
    '(20000,)',
  ]);
});

it('gets long rows in portions, encrypted, to the last', async () => {
  const printed = await python(`
import psycopg
with psycopg.connect("host=127.0.0.1 port=${wire.port} user=${editor.user} dbname=warehouse sslmode=require", password=password) as connection:
    for portion in range(10, 410, 10):
        with connection.cursor(name="notes") as cursor:
            cursor.itersize = portion
            print(sum(len(note) == 300 + id * 37 % 900 for id, note in cursor.execute("select id, note from notes")))
`);
  expect(printed).toEqual(Array.from({ length: 40 }, () => '6000'));
});
