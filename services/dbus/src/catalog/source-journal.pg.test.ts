import { FIRST_ORGANISATION_ID } from '@rtdp/identity/roles';
import { createLogger } from '@rtdp/service/logging';
import { openMetadata } from '@rtdp/service/metadata';
import { testPostgres } from '@rtdp/testing/postgres';
import { expect, test } from 'vitest';
import { createEventStore } from './event-store.ts';
import { DBUS_MIGRATIONS } from './migrations.ts';
import { SourceJournal } from './source-journal.ts';

test('an outage is told where the history does not say it already, and one of an earlier source of the name is over', async () => {
  await using database = await testPostgres();
  const metadata = await openMetadata({ url: database.url, schema: 'dbus', migrations: DBUS_MIGRATIONS });
  try {
    const events = createEventStore(metadata);
    const source = { organisationId: FIRST_ORGANISATION_ID, name: 'shop' };
    const journal = new SourceJournal(events, createLogger('dbus-test', 'silent'), source);
    const lost = { kind: 'stream-lost', since: 0, reason: 'It does not answer.' } as const;
    const found = { kind: 'stream-resumed', since: 60_000 } as const;
    for (const news of [found, lost, lost, found, found, lost]) await journal.outage(news);
    await journal.tell('registered', 'Source shop was registered', {});
    await journal.outage(found);
    const told = await events.list(FIRST_ORGANISATION_ID, 'shop', 10);
    expect(told.map(({ sentence }) => sentence).reverse()).toEqual([
      'Source shop cannot be streamed: It does not answer.',
      'Source shop is streamed again: it was not from 1970-01-01T00:00:00.000Z to 1970-01-01T00:01:00.000Z',
      'Source shop cannot be streamed: It does not answer.',
      'Source shop was registered',
    ]);
  } finally {
    await metadata.destroy();
  }
});
