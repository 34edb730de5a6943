/** Runs the contract suite of sinks on Postgres in both shapes, staged and by arrays, and checks what only Postgres has. */
import { testPostgres } from '@rtdp/testing/postgres';
import type { RtdpError } from '@rtdp/ums/error';
import type { UmsField } from '@rtdp/ums/types';
import { describe, expect, test } from 'vitest';
import { batchOfRows } from '../batch-of-rows.ts';
import { describeSinkContract } from '../sink-contract.ts';
import { ORDERS, type SinkUnderTest } from '../testing/sink-writer.ts';
import { Connections } from './connect.ts';
import { qualify, quoteIdentifier } from './dialect.ts';
import { PostgresSink } from './sink.ts';
import { createStore } from './store.ts';

async function open(bulkFrom: number): Promise<SinkUnderTest> {
  const database = await testPostgres();
  await database.query('CREATE SCHEMA suite');
  const store = createStore({ url: database.url });
  const connections = new Connections({ url: database.url });
  return {
    store,
    openSink: (definition) => new PostgresSink(connections, definition, { bulkFrom }),
    execute: async (statement) => {
      await database.query(statement);
    },
    rows: async (schema, table) => {
      const columns = await database.query<{ name: string }>(
        `SELECT attname AS name FROM pg_attribute WHERE attrelid = to_regclass($1) AND attnum > 0 AND NOT attisdropped ORDER BY attnum`,
        [qualify(schema, table)],
      );
      const list = columns.rows.map(({ name }) => `${quoteIdentifier(name)}::text`).join(', ');
      const result = await database.query(`SELECT ${list} FROM ${qualify(schema, table)}`);
      const rows = result.rows as Record<string, string | null>[];
      const sortKey = (row: Record<string, string | null>) => Object.values(row).join('\t');
      return rows.sort((left, right) => (sortKey(left) < sortKey(right) ? -1 : 1));
    },
    [Symbol.asyncDispose]: async () => {
      await store.close();
      await connections.close();
      await database.drop();
    },
  };
}

describeSinkContract('Postgres, staged', () => open(1));
describeSinkContract('Postgres, by arrays', () => open(1_000_000));

describe('types', () => {
  const cases: [sourceType: string, type: UmsField['type'], value: string, shown: string][] = [
    ['uuid', 'string', '0b0e8f0a-5f5a-4c77-9c53-0d2f4f1f1a11', '0b0e8f0a-5f5a-4c77-9c53-0d2f4f1f1a11'],
    ['numeric(12,2)', 'decimal', '12.50', '12.50'],
    ['numeric', 'decimal', 'NaN', 'NaN'],
    ['double precision', 'double', '-Infinity', '-Infinity'],
    ['timestamptz(6)', 'datetime', '2026-01-01 10:00:00.123456', '2026-01-01 10:00:00.123456+00'],
    ['timestamp(6)', 'datetime', 'infinity', 'infinity'],
    ['date', 'date', '0044-03-15 BC', '0044-03-15 BC'],
    ['interval', 'string', '1 year 2 mons 3 days 04:05:06', '1 year 2 mons 3 days 04:05:06'],
    ['bytea', 'binary', Buffer.from('a\\b\0').toString('base64'), '\\x615c6200'],
    ['jsonb', 'jsonobject', '{"a": "x\\ty"}', '{"a": "x\\ty"}'],
    ['integer[]', 'jsonarray', '[1,null,3]', '{1,NULL,3}'],
    ['integer[]', 'jsonarray', '"[0:1]={7,8}"', '[0:1]={7,8}'],
    ['text[]', 'jsonarray', '["a\\"b","c,d",null,"null",""]', '{"a\\"b","c,d",NULL,"null",""}'],
    [
      'numeric(30,10)[]',
      'jsonarray',
      '[[12345678901234567890.1234567890],[2]]',
      '{{12345678901234567890.1234567890},{2.0000000000}}',
    ],
    ['mood', 'string', 'happy', 'happy'],
    ['character(5)', 'string', 'ab   ', 'ab'],
    ['bit(3)', 'string', '101', '101'],
    ['inet', 'string', '10.0.0.1', '10.0.0.1/32'],
    ['text', 'string', 'tab\tnew\nline\r\\N "quoted" ünï', 'tab\tnew\nline\r\\N "quoted" ünï'],
    ['boolean', 'boolean', 'true', 'true'],
  ];
  for (const bulkFrom of [1, 1000]) {
    test(`values arrive as they are (${bulkFrom === 1 ? 'staged' : 'by arrays'})`, async () => {
      await using under = await open(bulkFrom);
      const fields: UmsField[] = [
        { name: 'id', type: 'long', nullable: false, encoded: false, key: true, sourceType: 'bigint' },
        ...cases.map(
          ([sourceType, type], index): UmsField => ({
            name: `c${index}`,
            type,
            nullable: true,
            encoded: false,
            sourceType,
          }),
        ),
      ];
      const sink = under.openSink({ flow: 'types', schema: 'suite', table: 'types', fields, deletes: 'physical' });
      await sink.ensure();
      const { epoch } = await sink.claim('t', 0, 'w');
      const values = Object.fromEntries(cases.map(([, , value], index) => [`c${index}`, value]));
      const nulls = Object.fromEntries(cases.map((_, index) => [`c${index}`, null]));
      const batch = batchOfRows(ORDERS, fields, [
        { id: 1n, operation: 'i', values: { id: '1', ...values } },
        { id: 5n, operation: 'i', values: { id: '2', ...nulls } },
      ]);
      await sink.write({
        topic: 't',
        partition: 0,
        epoch,
        expectedOffset: null,
        nextOffset: 1n,
        items: [{ kind: 'rows', batch }],
      });
      const [first, second] = await under.rows('suite', 'types');
      expect(cases.map((_, index) => first?.[`c${index}`])).toEqual(cases.map(([, , , shown]) => shown));
      expect(cases.map((_, index) => second?.[`c${index}`])).toEqual(cases.map(() => null));
    });
  }

  test('a text that is too long is refused, not cut', async () => {
    for (const bulkFrom of [1, 1000]) {
      await using under = await open(bulkFrom);
      const fields: UmsField[] = [
        { name: 'id', type: 'long', nullable: false, encoded: false, key: true, sourceType: 'bigint' },
        { name: 'v', type: 'string', nullable: true, encoded: false, sourceType: 'varchar(3)' },
      ];
      const sink = under.openSink({ flow: 'types', schema: 'suite', table: 'types', fields, deletes: 'physical' });
      await sink.ensure();
      const { epoch } = await sink.claim('t', 0, 'w');
      const batch = batchOfRows(ORDERS, fields, [{ id: 1n, operation: 'i', values: { id: '1', v: 'four' } }]);
      const work = { topic: 't', partition: 0, epoch, expectedOffset: null, nextOffset: 1n };
      await expect(sink.write({ ...work, items: [{ kind: 'rows', batch }] })).rejects.toMatchObject({
        code: 'STORE_ROW_REFUSED',
      });
    }
  });
});

test('the comment on a sink table names its flow as people call it', async () => {
  await using under = await open(1);
  const fields = [{ name: 'id', type: 'long', key: true, nullable: false, encoded: false }] as const;
  const flow = '7f0c4a52-6a3e-4d0a-8f64-0a6f6f2b9a01';
  const definition = {
    flow,
    flowName: 'large-orders',
    schema: 'suite',
    table: 'told',
    fields,
    deletes: 'physical',
  } as const;
  await under.openSink(definition).ensure();
  await under.execute("CREATE TABLE suite.comments AS SELECT obj_description('suite.told'::regclass) AS comment");
  expect(await under.rows('suite', 'comments')).toEqual([{ comment: 'Written by the flow large-orders.' }]);
});

test('a second role is told the statements that let it write beside the first, and they are enough', async () => {
  const database = await testPostgres();
  const role = `second_${Math.random().toString(36).slice(2, 10)}`;
  const url = new URL(database.url);
  const definition = {
    table: 'orders',
    fields: [{ name: 'id', type: 'long', key: true, nullable: false, encoded: false }],
    deletes: 'physical',
  } as const;
  const first = createStore({ url: database.url });
  await first.openSink({ ...definition, flow: 'first', schema: 'one' }).ensure();
  await database.query(`CREATE ROLE ${role} LOGIN PASSWORD 'second'`);
  url.username = role;
  url.password = 'second';
  const second = createStore({ url: url.href });
  try {
    const sink = second.openSink({ ...definition, flow: 'second', schema: 'two' });
    const refused = await second.check().then(
      () => undefined,
      (error: unknown) => error as RtdpError,
    );
    expect(refused).toMatchObject({ code: 'STORE_REFUSED' });
    await expect(sink.ensure()).rejects.toMatchObject({ code: 'STORE_REFUSED', next: refused?.next });
    const statements = refused?.next.match(/GRANT [^;]+;/g) ?? [];
    expect(statements).toHaveLength(2);
    await database.query(`GRANT CREATE ON DATABASE ${quoteIdentifier(url.pathname.slice(1))} TO ${role}`);
    for (const statement of statements) await database.query(statement);
    await second.check();
    await sink.ensure();
    const { epoch } = await sink.claim('topic', 0, 'worker');
    await sink.write({ topic: 'topic', partition: 0, epoch, expectedOffset: null, nextOffset: 1n, items: [] });
  } finally {
    await first.close();
    await second.close();
    await database.query(`DROP OWNED BY ${role}`);
    await database.query(`DROP ROLE ${role}`);
    await database.drop();
  }
});
