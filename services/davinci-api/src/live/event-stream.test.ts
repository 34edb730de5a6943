/** A browser that does not read is waited for a while, with nothing more sent, and then let go. */
import { createServer, get, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test, vi } from 'vitest';
import { EventStream } from './event-stream.ts';

test('a reader that stops is known, drains when it reads on, and is called slow when it does not', async () => {
  // How long it takes to drain is the machine's to say.
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  onTestFinished(() => void vi.useRealTimers());
  const opened = Promise.withResolvers<EventStream>();
  const server = createServer((_request, response) => opened.resolve(new EventStream(response, 200)));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const answer = Promise.withResolvers<IncomingMessage>();
  const request = get({ host: '127.0.0.1', port }, answer.resolve);
  const reader = await answer.promise;
  const events = await opened.promise;
  const drained = Promise.withResolvers<void>();
  const slow = Promise.withResolvers<void>();
  const closed = Promise.withResolvers<void>();
  events.onDrain = drained.resolve;
  events.onSlow = slow.resolve;
  events.onClose = closed.resolve;

  // More than sockets hold for a reader that does not read.
  const fill = (): void => {
    events.send('commit', { text: 'x'.repeat(16_000_000) }, 'id');
    expect(events.ready).toBe(false);
  };
  fill();
  reader.resume();
  await drained.promise;
  expect(events.ready).toBe(true);
  reader.pause();
  fill();
  vi.advanceTimersByTime(200);
  await slow.promise;
  events.end();
  await closed.promise;
  events.send('commit', {});
  request.destroy();
  server.closeAllConnections();
  server.close();
});

test('where nothing happens a ping comes every five seconds, three before a browser calls the stream dead', async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  onTestFinished(() => void vi.useRealTimers());
  const opened = Promise.withResolvers<EventStream>();
  const server = createServer((_request, response) => opened.resolve(new EventStream(response)));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const answer = Promise.withResolvers<IncomingMessage>();
  const request = get({ host: '127.0.0.1', port }, answer.resolve);
  const reader = (await answer.promise).setEncoding('utf8');
  const events = await opened.promise;
  vi.advanceTimersByTime(15_000);
  events.end();
  expect((await reader.toArray()).join('').match(/event: ping/g)).toHaveLength(3);
  request.destroy();
  server.close();
});
