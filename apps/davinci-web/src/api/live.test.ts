/** Proves that a stream on which nothing comes any more, although nobody closed it, is soon called lost. */
import { afterEach, expect, test, vi } from 'vitest';
import { type LiveState, listenLive } from './live.ts';

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

const encoder = new TextEncoder();

test('a connection that dies without a word is lost after three pings that did not come, and not after two', async () => {
  vi.useFakeTimers();
  vi.stubGlobal('window', new EventTarget());
  const server = Promise.withResolvers<ReadableStreamDefaultController<Uint8Array>>();
  vi.stubGlobal('fetch', async (_path: string, { signal }: { signal: AbortSignal }) => {
    const body = new ReadableStream<Uint8Array>({
      start(controller) {
        signal.addEventListener('abort', () => controller.error(signal.reason));
        server.resolve(controller);
      },
    });
    return new Response(body);
  });
  const states: LiveState['is'][] = [];
  const stop = listenLive(
    { dashboard: 'shop' },
    {
      onState: ({ is }) => states.push(is),
      onReady: () => undefined,
      onCommit: () => undefined,
      onStale: () => undefined,
    },
  );
  (await server.promise).enqueue(encoder.encode('event: ready\ndata: {"at":"","state":"","commits":[]}\n\n'));
  await vi.advanceTimersByTimeAsync(10_500);
  expect(states).toEqual(['connecting', 'live']);
  await vi.advanceTimersByTimeAsync(5_000);
  expect(states).toEqual(['connecting', 'live', 'lost']);
  stop();
});
