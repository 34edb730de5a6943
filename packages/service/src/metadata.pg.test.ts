import { testPostgres } from '@rtdp/testing/postgres';
import { describe, expect, it } from 'vitest';
import { type Migration, openMetadata } from './metadata.ts';

const first: Migration = {
  name: '0001-things',
  async up(database, schema) {
    await database.schema.withSchema(schema).createTable('things', (table) => {
      table.increments('id');
      table.uuid('organisation_id').notNullable();
    });
  },
};
const second: Migration = {
  name: '0002-names',
  async up(database, schema) {
    await database.schema.withSchema(schema).alterTable('things', (table) => {
      table.text('name');
    });
  },
};

describe('openMetadata', () => {
  it('makes the schema, migrates forward once, and again when there is more', async () => {
    await using postgres = await testPostgres();
    const open = (migrations: Migration[]) => openMetadata({ url: postgres.url, schema: 'one', migrations });
    for (const migrations of [[first], [first], [second, first]]) await (await open(migrations)).destroy();
    const { rows } = await postgres.query(
      "select column_name from information_schema.columns where table_schema = 'one' and table_name = 'things' order by 1",
    );
    expect(rows.map(({ column_name }) => column_name)).toEqual(['id', 'name', 'organisation_id']);
  });

  it('lets two services that start at once take turns', async () => {
    await using postgres = await testPostgres();
    const open = () => openMetadata({ url: postgres.url, schema: 'two', migrations: [first, second] });
    const databases = await Promise.all([open(), open(), open()]);
    for (const database of databases) await database.destroy();
    const { rows } = await postgres.query('select count(*) from two.migrations');
    expect(Number(rows[0]?.count)).toBe(2);
  });

  it('says what to check when the server is not there', async () => {
    const opening = openMetadata({ url: 'postgres://nobody@127.0.0.1:1/none', schema: 'three', migrations: [] });
    await expect(opening).rejects.toMatchObject({
      code: 'SERVICE_METADATA_UNREACHABLE',
      next: expect.stringContaining('RTDP_METADATA_URL'),
    });
  });
});
