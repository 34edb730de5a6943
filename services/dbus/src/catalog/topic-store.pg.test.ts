/** Shows whose topics are when owners come to a catalog that has sources, and that of two who take one at once one has it. */
import { randomUUID } from 'node:crypto';
import { openMetadata } from '@rtdp/service/metadata';
import { testPostgres } from '@rtdp/testing/postgres';
import { expect, test } from 'vitest';
import { DBUS_MIGRATIONS } from './migrations.ts';
import { claimTopic, createTopicStore } from './topic-store.ts';

const [ONE, OTHER] = ['00000000-0000-4000-8000-000000000001', '00000000-0000-4000-8000-000000000002'];

test('the topics of sources that are there get their owners, but not one that two organisations write, or the platform keeps', async () => {
  await using metadata = await testPostgres();
  const before = DBUS_MIGRATIONS.slice(
    0,
    DBUS_MIGRATIONS.findIndex(({ name }) => name === '006-topics'),
  );
  const old = await openMetadata({ url: metadata.url, schema: 'dbus', migrations: before });
  const source = (organisation_id: string, name: string, definition: object) => ({
    id: randomUUID(),
    organisation_id,
    name,
    kind: 'postgres',
    definition: JSON.stringify({ name, ...definition }),
    sealed_password: '',
    origin: 'rest',
    wanted: 'stopped',
    state: 'stopped',
  });
  await old('sources').insert([
    source(ONE, 'plain', {}),
    source(ONE, 'renamed', { instance: 'shop' }),
    source(ONE, 'first', { topic: 'together' }),
    source(ONE, 'second', { topic: 'together' }),
    source(ONE, 'mine', { topic: 'disputed' }),
    source(OTHER, 'yours', { topic: 'disputed' }),
    source(OTHER, 'sly', { topic: 'rtdp.dbus.positions' }),
    source(OTHER, 'slyer', { topic: '__consumer_offsets' }),
  ]);
  await old.destroy();
  const database = await openMetadata({ url: metadata.url, schema: 'dbus', migrations: DBUS_MIGRATIONS });
  try {
    const topics = createTopicStore(database);
    expect([...(await topics.owners())].sort()).toEqual([
      // Names of sources are owned like topics, also where the topic is called otherwise.
      ['postgresql.first', ONE],
      ['postgresql.mine', ONE],
      ['postgresql.plain', ONE],
      ['postgresql.second', ONE],
      ['postgresql.shop', ONE],
      ['postgresql.sly', OTHER],
      ['postgresql.slyer', OTHER],
      ['postgresql.yours', OTHER],
      ['together', ONE],
    ]);

    const claim = (organisationId: string) =>
      database.transaction((work) => claimTopic(work, 'new', { organisationId, name: 'x' }, false));
    const outcomes = await Promise.allSettled([claim(ONE), claim(OTHER), claim(ONE), claim(OTHER)]);
    const owner = await topics.ownerOf('new');
    expect(outcomes.map(({ status }) => status)).toEqual(
      [ONE, OTHER, ONE, OTHER].map((organisation) => (organisation === owner ? 'fulfilled' : 'rejected')),
    );
    await expect(claim(owner === ONE ? OTHER : ONE)).rejects.toMatchObject({ code: 'DBUS_TOPIC_FORBIDDEN' });
  } finally {
    await database.destroy();
  }
});
