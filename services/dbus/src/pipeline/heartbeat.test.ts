/** Proves that no connection is left behind when the stream stops while the heartbeat connects. */
import { expect, test } from 'vitest';
import { Heartbeat, type HeartbeatSession } from './heartbeat.ts';

test('a session that opens after the stop is closed and writes nothing', async () => {
  const opened = Promise.withResolvers<HeartbeatSession>();
  const done: string[] = [];
  const heartbeat = new Heartbeat({
    source: 'postgresql.shop',
    intervalMs: 1_000,
    openSession: () => opened.promise,
    wantsSnapshot: () => false,
    onSnapshot: () => undefined,
    onError: () => undefined,
  });
  const written = heartbeat.write();
  await new Promise((resolve) => setImmediate(resolve));
  await heartbeat.stop();
  opened.resolve({
    async query() {
      done.push('query');
      return [];
    },
    async close() {
      done.push('close');
    },
  });
  await expect(written).rejects.toMatchObject({ code: 'DBUS_HEARTBEAT_FAILED' });
  expect(done).toEqual(['close']);
});
