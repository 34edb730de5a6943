/** Mounts are looked at each by itself: a store that takes connections and then says nothing holds up no other, and is told on its mount in time. */

import { mkdtemp } from 'node:fs/promises';
import { createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FIRST_ORGANISATION_ID } from '@rtdp/identity/roles';
import { createLogger } from '@rtdp/service/logging';
import { openMetadata } from '@rtdp/service/metadata';
import { createSecretBox, createSecretKeyFile } from '@rtdp/service/secrets';
import { connectionOf } from '@rtdp/testing/connection';
import { eventually } from '@rtdp/testing/eventually';
import { testPostgres } from '@rtdp/testing/postgres';
import { expect, test } from 'vitest';
import { Catalog } from './catalog.ts';
import { MOONBOX_MIGRATIONS } from './migrations.ts';
import { MountStore } from './mount-store.ts';
import { Mounting } from './mounting.ts';
import { Readers } from './readers.ts';
import { Refresher } from './refresher.ts';
import { ViewStore } from './view-store.ts';

/** Takes every connection, and never says a word. */
async function silentServer() {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket.on('error', () => socket.destroy()));
    socket.resume();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('the server has no port');
  return {
    port: address.port,
    taken: () => sockets.size,
    async [Symbol.asyncDispose]() {
      const closed = new Promise((resolve) => server.close(resolve));
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

test('a silent store holds up no other one, and its look ends in time', async () => {
  const [metadata, source] = await Promise.all([testPostgres(), testPostgres()]);
  const database = await openMetadata({ url: metadata.url, schema: 'moonbox', migrations: MOONBOX_MIGRATIONS });
  const readers = new Readers(2);
  try {
    await using silent = await silentServer();
    await source.query('create table things (id int primary key)');
    const keyFile = join(await mkdtemp(join(tmpdir(), 'refresher-')), 'secret-key.json');
    createSecretKeyFile(keyFile);
    const store = new MountStore(database, createSecretBox(keyFile));
    const connection = connectionOf(source.url);
    const server = { version: '', collation: '', timeZone: '' } as never;
    const add = (name: string, port: number) =>
      store.addMount(
        FIRST_ORGANISATION_ID,
        { name, kind: 'postgres', connection: { ...connection, port, tls: 'off' } },
        { tables: [], server },
        'test',
      );
    // In order of name the silent one is looked at first.
    await add('mute', silent.port);
    await add('well', connection.port);
    const catalog = new Catalog(store, new ViewStore(database));
    await catalog.load();
    const mounting = (refreshTimeoutMs: number): Mounting =>
      new Mounting({
        catalog,
        store,
        readers,
        logger: createLogger('test', 'silent'),
        refreshTimeoutMs,
        now: Date.now,
      });
    const refresher = new Refresher({ catalog, mounting: mounting(60_000), intervalMs: 0, now: Date.now });
    refresher.start();
    try {
      const tables = () => [...(catalog.database(FIRST_ORGANISATION_ID, 'well')?.tables.keys() ?? [])];
      expect(await eventually(tables, ({ length }) => length > 0)).toEqual(['things']);
      expect(silent.taken()).toBeGreaterThan(0);
      expect(catalog.mount(FIRST_ORGANISATION_ID, 'mute')?.error).toBeNull();
      const mute = catalog.mount(FIRST_ORGANISATION_ID, 'mute')!;
      await expect(mounting(200).refresh(mute)).rejects.toMatchObject({ code: 'MOONBOX_REFRESH_TIMEOUT' });
      expect(catalog.mount(FIRST_ORGANISATION_ID, 'mute')?.error).toMatchObject({ code: 'MOONBOX_REFRESH_TIMEOUT' });
    } finally {
      await silent[Symbol.asyncDispose]();
      await refresher.stop();
    }
  } finally {
    await readers.closeAll();
    await database.destroy();
    await Promise.all([metadata.drop(), source.drop()]);
  }
});
