import type { RtdpError } from '@rtdp/ums/error';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { TwoStores } from './testing/two-stores.ts';

let stores: TwoStores;

beforeAll(async () => {
  const note = { name: 'note', store: 'pg', postgres: 'id int primary key' } as const;
  stores = await TwoStores.open([{ ...note, rows: Array.from({ length: 12 }, (_, index) => [`${index + 1}`]) }], {
    mariaCollation: 'utf8mb4_general_ci',
  });
});

afterAll(() => stores[Symbol.asyncDispose]());

test('a date that is none is told with its table and column', async () => {
  await stores.maria.query('CREATE TABLE IF NOT EXISTS zero (id int primary key, d date)');
  await stores.maria.query(`INSERT IGNORE INTO zero VALUES (1, '0000-00-00'), (2, '2024-01-01')`);
  await stores.refresh();
  const sql = 'select z.id, z.d from maria.zero z join pg.note n on n.id = z.id';
  const outcome = await stores.answer(sql).then(
    (rows) => JSON.stringify(rows),
    (error: Error) => error.message,
  );
  expect(outcome).toMatch(/zero|0000-00-00/);
  // What the error advises leads to an answer.
  const failed = stores.answer('select id, cast(d as text) from maria.zero').catch((error: RtdpError) => error.next);
  expect(await failed).toBe('Correct the value at the source, or let a view there give the column as text.');
  await stores.maria.query('CREATE OR REPLACE VIEW zero_text AS SELECT id, CAST(d AS CHAR) AS d FROM zero');
  await stores.refresh();
  expect(await stores.answer('select id, d from maria.zero_text order by id')).toEqual([
    ['1', '0000-00-00'],
    ['2', '2024-01-01'],
  ]);
  const { whole, parts } = stores.plan(`select id from maria.zero where d > date '2020-01-01'`);
  expect(JSON.stringify([whole, parts])).not.toMatch(/WHERE/);
});

test('a year of two digits is that year', async () => {
  const rows = `values (1, '0050-05-03', '0007-12-31 10:00:00'), (2, '1950-05-03', '2007-12-31 10:00:00')`;
  await stores.maria.query('CREATE TABLE early (id int PRIMARY KEY, d date, w datetime)');
  await stores.maria.query(`INSERT INTO early ${rows}`);
  await stores.oracle.query('create table maria.early (id int primary key, d date, w timestamp)');
  await stores.oracle.query(`insert into maria.early ${rows}`);
  await stores.refresh();
  const units = ['year', 'quarter', 'month', 'week', 'day'];
  const list = units.map((unit) => `date_trunc('${unit}', d), date_trunc('${unit}', w)`).join(', ');
  const sql = `select ${list} from maria.early order by id`;
  const plan = stores.plan(sql);
  expect(plan.whole).toBeDefined();
  expect(await stores.run(plan)).toEqual(await stores.expected(sql));
});

test('a zero date that comes after the look at the table fails whatever it would decide, and what does not ask for it is right', async () => {
  await stores.maria.query(
    'CREATE TABLE late (id int PRIMARY KEY, d date, w datetime(6), at timestamp NULL, n date NOT NULL, KEY (d))',
  );
  await stores.maria.query(`INSERT INTO late VALUES (1, '2024-01-01', '2024-01-01 10:00:00', '2024-01-01 10:00:00', '2024-01-01'),
    (2, '2024-02-01', '2024-02-01 10:00:00', '2024-02-01 10:00:00', '2024-01-01'), (3, NULL, NULL, NULL, '2024-01-02')`);
  await stores.refresh();
  const deciding = ['d', 'w', 'at'].flatMap((column) => [
    `select count(*) from maria.late where ${column} > '2024-01-15'`,
    `select count(*) from maria.late where ${column} < '2024-01-15'`,
    `select count(*) from maria.late where not (${column} > '2024-01-15')`,
    `select id from maria.late where ${column} in ('2024-01-01', '2024-02-01')`,
    `select id from maria.late where ${column} between '2024-01-01' and '2025-01-01' and id > 0`,
    `select l.id, n.id from maria.late l join pg.note n on n.id = l.id + 10 and l.${column} <> '2024-01-15'`,
    `select count(distinct ${column}) from maria.late`,
    `select count(*) from maria.late group by ${column}`,
    `select count(*) from maria.late group by extract(year from ${column})`,
    `select count(*), avg(id) from maria.late group by date_trunc('quarter', ${column})`,
    `select id, rank() over (order by ${column}) from maria.late`,
    `select id from maria.late order by ${column} limit 2`,
    `select id / 2 from maria.late order by ${column} limit 2`,
    `select id, ${column} from maria.late union all select id, null from pg.note order by 2 desc nulls last, 1 limit 1`,
    `select min(${column}) from maria.late`,
    `select a.id from maria.late a join maria.late b on a.${column} = b.${column}`,
    `select a.id from maria.late a where a.${column} in (select b.${column} from maria.late b)`,
  ]);
  const indifferent = [
    `select count(*) from maria.late where n is null`,
    `select id from maria.late where id < 3 and d > '2024-01-15'`,
    `select max(d), max(w), max(at) from maria.late`,
    `select count(*) from maria.late where d is null`,
  ];
  const expected = await Promise.all(indifferent.map((sql) => stores.answer(sql)));
  const plans = deciding.map((sql) => ({ sql, plan: stores.plan(sql) }));
  for (const { sql, plan } of plans) await expect(stores.run(plan), sql).resolves.toBeDefined();
  await stores.maria.query(`SET sql_mode = ''`);
  await stores.maria.query(
    `INSERT IGNORE INTO late VALUES (9, '0000-00-00', '0000-00-00', '0000-00-00', '0000-00-00')`,
  );
  for (const { sql, plan } of plans) {
    await expect(stores.run(plan), `${sql}: ${plan.whole?.sql ?? plan.parts[0]!.sql}`).rejects.toMatchObject({
      code: 'STORE_RESULT_TYPE',
    });
  }
  for (const [index, sql] of indifferent.entries()) expect(await stores.answer(sql), sql).toEqual(expected[index]);
  // One that passes for a date by its year is found among the rows that are let through.
  await stores.maria.query(`UPDATE late SET d = '2024-00-10' WHERE id = 9`);
  await expect(stores.run(stores.plan(`select count(*) from maria.late where d < '2024-01-15'`))).rejects.toMatchObject(
    {
      code: 'STORE_RESULT_TYPE',
      message: expect.stringMatching(/column "d" of table "late"/),
    },
  );
});

test('a date with a month or a day of zero is refused wherever a row would show it, and silent only where a condition leaves it out', async () => {
  await stores.maria.query('CREATE TABLE half (id int PRIMARY KEY, d date, w datetime)');
  await stores.maria.query(`INSERT INTO half VALUES (1, '2024-03-01', '2024-03-01 10:00:00'), (9, NULL, NULL)`);
  await stores.refresh();
  const showing = ['d', 'w'].flatMap((column) => [
    `select ${column} from maria.half where id = 9`,
    `select h.${column}, n.id from maria.half h join pg.note n on n.id = h.id - 8`,
    `select id, lag(${column}, 0) over (order by id), first_value(${column}) over (order by id desc) from maria.half`,
    `select coalesce(${column}, ${column}) from maria.half`,
    `select case when id = 9 then ${column} end from maria.half`,
    `select min(${column}) from maria.half where id > 5`,
    `select distinct ${column} from maria.half`,
    `select ${column} from maria.half union all select ${column} from maria.half`,
    `select id from maria.half except select id from maria.half where ${column} is distinct from '2024-03-02'`,
    `select date_trunc('month', ${column}), extract(day from ${column}) from maria.half`,
    `select ${column}::text, to_char(${column}, 'YYYY') from maria.half`,
    `select id from maria.half where ${column} < '2024-03-01' or ${column} is null`,
    `select * from maria.half order by ${column} desc limit 1 offset 1`,
  ]);
  const plans = showing.map((sql) => ({ sql, plan: stores.plan(sql) }));
  for (const { sql, plan } of plans) await expect(stores.run(plan), sql).resolves.toBeDefined();
  await stores.maria.query(`SET sql_mode = ''`);
  for (const date of ['2024-00-10', '2024-02-00']) {
    await stores.maria.query(`UPDATE IGNORE half SET d = '${date}', w = '${date} 10:00:00' WHERE id = 9`);
    for (const { sql, plan } of plans) {
      await expect(stores.run(plan), `${sql}: ${plan.whole?.sql ?? plan.parts[0]!.sql}`).rejects.toMatchObject({
        code: 'STORE_RESULT_TYPE',
      });
    }
    expect(await stores.answer(`select id from maria.half where d > '2024-02-20'`)).toEqual([['1']]);
  }
});
