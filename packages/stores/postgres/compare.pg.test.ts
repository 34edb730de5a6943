/** Compares a source and a sink of 1,000,000 rows while both change, and finds the one value that was flipped; then the smaller cases. */
import { testPostgres } from '@rtdp/testing/postgres';
import type { RtdpError } from '@rtdp/ums/error';
import type { UmsField } from '@rtdp/ums/types';
import { describe, expect, test } from 'vitest';
import { batchOfRows } from '../batch-of-rows.ts';
import { sourceQuestionSchema } from '../compare-wire.ts';
import type { SinkDefinition } from '../contract.ts';
import { compareFollowedTable } from './compare-tables.ts';
import { answerSourceQuestion, askedSource } from './compared-source.ts';
import { openReader } from './connect.ts';
import { createStore } from './store.ts';

const NAMESPACE = 'postgresql.shop.public.items.1.0.0';
const field = (name: string, sourceType: string, type: UmsField['type'], key = false): UmsField => ({
  name,
  type,
  nullable: !key,
  encoded: false,
  sourceType,
  ...(key ? { key } : {}),
});
const FIELDS = [
  field('id', 'bigint', 'long', true),
  field('name', 'text', 'string'),
  field('price', 'numeric(12,2)', 'decimal'),
  field('at', 'timestamptz(6)', 'datetime'),
  field('doc', 'jsonb', 'jsonobject'),
];

async function prepare(rows: number, definition: Partial<SinkDefinition> = {}) {
  const source = await testPostgres();
  const sink = await testPostgres();
  const fields = definition.fields ?? FIELDS;
  const store = createStore({ url: sink.url });
  const full: SinkDefinition = {
    flow: 'f',
    schema: 'public',
    table: 'items',
    fields,
    deletes: 'physical',
    ...definition,
  };
  const table = store.openSink(full);
  await table.ensure();
  const idColumn = fields[0]!.sourceType;
  const fill = `SELECT g::${idColumn} AS id, 'item ' || g AS name, (g % 1000) / 7.0 AS price, '2026-01-01'::timestamptz + g * interval '1 second' AS at,
    jsonb_build_object('g', g) AS doc FROM generate_series(1, ${rows}) g`;
  await source.query(
    `CREATE TABLE items (id ${idColumn} PRIMARY KEY, name text, price numeric(12,2), at timestamptz, doc jsonb)`,
  );
  await source.query(`INSERT INTO items ${fill}`);
  await sink.query(`INSERT INTO items (id, name, price, at, doc, ums_id_, ums_ts_${full.deletes === 'tombstone' ? ', ums_active_' : ''})
    SELECT id, name, price, at, doc, 1000, now()${full.deletes === 'tombstone' ? ', 1' : ''} FROM (${fill}) f`);
  const pools = [openReader(source.url), openReader(sink.url)] as const;
  // Asked as another process asks: what travels is what JSON keeps.
  const sent = <Value>(value: Value) => JSON.parse(JSON.stringify(value)) as Value;
  const followed = {
    source: askedSource(async (question) =>
      sent(
        await answerSourceQuestion(
          pools[0],
          { schema: 'public', table: 'items' },
          sourceQuestionSchema.parse(sent(question)),
        ),
      ),
    ),
    sink: pools[1],
    definition: full,
  };
  return {
    source,
    sink,
    table,
    followed,
    [Symbol.asyncDispose]: async () => {
      await store.close();
      for (const pool of pools) await pool.end();
      await source.drop();
      await sink.drop();
    },
  };
}

const settled = async () => undefined;

describe('comparison of source and sink', () => {
  test('one flipped value among 1,000,000 rows is named, while both sides change', { timeout: 300_000 }, async () => {
    await using world = await prepare(1_000_000);
    const { source, sink, table, followed } = world;
    await sink.query(`UPDATE items SET price = price + 0.01 WHERE id = 777777`);
    // A writer changes the source all the time; the sink follows through the real sink writer, late.
    const { epoch } = await table.claim('t', 0, 'w');
    let stop = false;
    let changed = 0;
    let followedUpTo = 0;
    const late: { due: number; key: number; name: string | null }[] = [];
    const changing = (async () => {
      while (!stop) {
        const key = 1 + ((changed * 7919) % 999_000);
        if (key === 777_777) continue;
        const name = changed % 10 === 9 ? null : `changed ${changed}`;
        if (name === null) await source.query('DELETE FROM items WHERE id = $1', [key]);
        else await source.query('UPDATE items SET name = $2 WHERE id = $1', [key, name]);
        late.push({ due: Date.now() + 300, key, name });
        changed++;
        await new Promise((resolve) => setTimeout(resolve, 2));
      }
    })();
    let offset = 0n;
    const following = (async () => {
      while (!stop || late.length > 0) {
        const now = Date.now();
        const due = late.filter((change) => change.due <= now);
        late.splice(0, due.length);
        if (due.length > 0) {
          const rows = due.map((change, index) => ({
            id: 10_000n + BigInt((followedUpTo + index) * 4),
            operation: change.name === null ? ('d' as const) : ('u' as const),
            values: change.name === null ? { id: String(change.key) } : { id: String(change.key), name: change.name },
          }));
          const items = [{ kind: 'rows' as const, batch: batchOfRows(NAMESPACE, FIELDS, rows) }];
          const expectedOffset = offset === 0n ? null : offset;
          await table.write({ topic: 't', partition: 0, epoch, expectedOffset, nextOffset: offset + 1n, items });
          offset++;
          followedUpTo += due.length;
        }
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    })();
    const settle = async () => {
      const position = changed + 1;
      while (followedUpTo < position) await new Promise((resolve) => setTimeout(resolve, 10));
    };
    const result = await compareFollowedTable(followed, { settle });
    stop = true;
    await Promise.all([changing, following]);
    expect(changed).toBeGreaterThan(50);
    expect(result.differences).toEqual([
      { key: { id: '777777' }, kind: 'different', columns: [{ column: 'price', source: '111.00', sink: '111.01' }] },
    ]);
    expect(result.undecided).toEqual([]);
    expect(result.segments).toBeGreaterThan(40);
    expect(result.sourceRows).toBeGreaterThan(990_000);
  });

  test('missing and extra rows are named; equal tables are equal', async () => {
    await using world = await prepare(5_000);
    const options = { settle: settled, chunkRows: 500 };
    expect(await compareFollowedTable(world.followed, options)).toMatchObject({
      equal: true,
      sourceRows: 5000,
      sinkRows: 5000,
      differences: [],
    });
    await world.sink.query('DELETE FROM items WHERE id = 17');
    await world.sink.query(`INSERT INTO items (id, ums_id_, ums_ts_) VALUES (-5, 1, now()), (9999, 1, now())`);
    await world.sink.query(`UPDATE items SET name = '' WHERE id = 18`);
    await world.source.query(`UPDATE items SET name = NULL WHERE id = 18`);
    const result = await compareFollowedTable(world.followed, options);
    expect(result.equal).toBe(false);
    const shown = result.differences.map(({ key, kind }) => `${key.id} ${kind}`).sort();
    expect(shown).toEqual(['-5 extra', '17 missing', '18 different', '9999 extra']);
  });

  test('text keys are compared by buckets, whatever the collations', async () => {
    const fields = [field('id', 'text', 'string', true), ...FIELDS.slice(1)];
    await using world = await prepare(3_000, { fields });
    await world.sink.query(`UPDATE items SET doc = '{"g": 0}' WHERE id = '1234'`);
    const result = await compareFollowedTable(world.followed, { settle: settled, chunkRows: 300 });
    expect(result.differences).toEqual([
      { key: { id: '1234' }, kind: 'different', columns: [{ column: 'doc', source: '{"g": 1234}', sink: '{"g": 0}' }] },
    ]);
  });

  test('tombstones do not count as rows', async () => {
    await using world = await prepare(300, { deletes: 'tombstone' });
    await world.source.query('DELETE FROM items WHERE id = 5');
    await world.sink.query('UPDATE items SET ums_active_ = 0 WHERE id = 5');
    expect(await compareFollowedTable(world.followed, { settle: settled })).toMatchObject({
      equal: true,
      sinkRows: 299,
    });
  });

  test('a row that lags is no difference', async () => {
    await using world = await prepare(300);
    await world.source.query(`UPDATE items SET name = 'newer' WHERE id = 5`);
    let calls = 0;
    const settle = async () => {
      // The second call is the one after the suspects were read.
      if (++calls === 2) await world.sink.query(`UPDATE items SET name = 'newer' WHERE id = 5`);
    };
    expect(await compareFollowedTable(world.followed, { settle })).toMatchObject({ equal: true });
    expect(calls).toBe(2);
  });

  test('what differs is found behind more rows that lag than are looked at again at once', async () => {
    await using world = await prepare(300);
    await world.source.query(`UPDATE items SET name = 'newer' WHERE id <= 200`);
    await world.sink.query('DELETE FROM items WHERE id = 277');
    let calls = 0;
    const settle = async () => {
      if (++calls > 1) await world.sink.query(`UPDATE items SET name = 'newer' WHERE id <= 200`);
    };
    const result = await compareFollowedTable(world.followed, { settle, chunkRows: 50, mostDifferences: 2 });
    expect(result).toMatchObject({
      equal: false,
      more: false,
      sourceRows: 300,
      differences: [{ key: { id: '277' }, kind: 'missing' }],
    });
  });

  test('of many rows that differ no more is asked for at once than is looked at again', async () => {
    await using world = await prepare(2_000);
    await world.source.query('TRUNCATE items');
    const asked: number[] = [];
    const counted = {
      ...world.followed.source,
      side: (fields: readonly UmsField[]) => {
        const side = world.followed.source.side(fields);
        return {
          ...side,
          rowsByKey: (keys: readonly (readonly string[])[]) => {
            asked.push(keys.length);
            return side.rowsByKey(keys);
          },
        };
      },
    };
    const followed = { ...world.followed, source: counted };
    const result = await compareFollowedTable(followed, { settle: settled, mostDifferences: 2 });
    expect(result).toMatchObject({ equal: false, more: true, sinkRows: 2000, differences: [{ kind: 'extra' }, {}] });
    expect(Math.max(...asked)).toBeLessThanOrEqual(500);
  });

  test('columns that only one side has are left out and named; a renamed one is found', async () => {
    const fields = [...FIELDS, field('source_ums_id_', 'integer', 'int'), field('late', 'text', 'string')];
    await using world = await prepare(50, { fields });
    await world.source.query(
      `ALTER TABLE items ADD ums_id_ int, ADD late text, ADD twice int GENERATED ALWAYS AS (id * 2) VIRTUAL`,
    );
    expect(await compareFollowedTable(world.followed, { settle: settled })).toMatchObject({
      equal: true,
      notCompared: [{ column: 'twice', ofSource: true }],
    });
    await world.source.query('UPDATE items SET ums_id_ = 7 WHERE id = 5');
    await world.source.query('ALTER TABLE items DROP late, DROP twice, ADD extra int');
    expect(await compareFollowedTable(world.followed, { settle: settled })).toMatchObject({
      differences: [{ key: { id: '5' }, columns: [{ column: 'source_ums_id_', source: '7', sink: null }] }],
      notCompared: [
        { column: 'late', ofSource: false },
        { column: 'extra', ofSource: true },
      ],
    });
    await world.source.query('DROP TABLE items');
    await expect(compareFollowedTable(world.followed, { settle: settled })).rejects.toMatchObject({
      code: 'STORE_NOT_COMPARABLE',
      message: 'the source has no table public.items any more',
    });
  });

  test('a table that others inherit from has only its own rows', async () => {
    await using world = await prepare(20);
    await world.source.query('CREATE TABLE child (PRIMARY KEY (id)) INHERITS (items)');
    await world.source.query(`INSERT INTO child (id) VALUES (21)`);
    expect(await compareFollowedTable(world.followed, { settle: settled })).toMatchObject({
      equal: true,
      sourceRows: 20,
    });
  });

  test.each([
    ['numeric', 'decimal', '5.00', '6.50'],
    ['double precision', 'double', '-0', '6.5'],
  ] as const)('a key of %s is one key however it is written', async (sourceType, type, key, other) => {
    const fields = [field('id', sourceType, type, true), ...FIELDS.slice(1)];
    await using world = await prepare(20, { fields });
    await world.source.query(`UPDATE items SET id = $1 WHERE id = 5`, [key]);
    await world.sink.query(`UPDATE items SET id = 0 WHERE id = 5 AND $1::float8 = 0`, [key]);
    expect(await compareFollowedTable(world.followed, { settle: settled })).toMatchObject({
      equal: true,
      sinkRows: 20,
    });
    await world.source.query(`UPDATE items SET id = $1, name = 'other' WHERE id = 6`, [other]);
    const { differences } = await compareFollowedTable(world.followed, { settle: settled });
    expect(differences.map(({ key: { id }, kind }) => `${id} ${kind}`).sort()).toEqual(['6 extra', '6.5 missing']);
  });

  test('a key that has no one text is named, not a primary key asked for that is there', async () => {
    const fields = [field('id', 'jsonb', 'jsonobject', true), ...FIELDS.slice(1)];
    const definition: SinkDefinition = { flow: 'f', schema: 'public', table: 't', fields, deletes: 'physical' };
    await using database = await testPostgres();
    const sink = openReader(database.url);
    const unasked = () => Promise.reject(new Error('nothing has to be asked for it'));
    const table = { source: askedSource(unasked), sink, definition };
    const refused = (await compareFollowedTable(table, { settle: settled }).catch(
      (error: unknown) => error,
    )) as RtdpError;
    expect(refused).toMatchObject({ code: 'STORE_NOT_COMPARABLE', facts: { column: 'id' } });
    expect(refused.next).not.toContain('primary key');
    await sink.end();
  });
});
