/** Proves that events come out of a stream however it is cut into pieces. */
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { createEventReader } from './sse.ts';

const STREAM =
  ': hello\n\nid: 1\nevent: ready\ndata: {"at":"x"}\n\nid: 2\r\nevent: commit\r\ndata: one\r\ndata: two\r\n\r\nevent: ping\n\ndata:bare\n\ndata: not yet';

const EVENTS = [
  { id: '1', event: 'ready', data: '{"at":"x"}' },
  { id: '2', event: 'commit', data: 'one\ntwo' },
  { id: '2', event: 'message', data: 'bare' },
];

test('events are the same however the stream is cut', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: STREAM.length }), { maxLength: 20 }), (cuts) => {
      const places = [0, ...cuts.sort((a, b) => a - b), STREAM.length];
      const read = createEventReader();
      const events = places.slice(1).flatMap((end, index) => read(STREAM.slice(places[index], end)));
      expect(events).toEqual(EVENTS);
    }),
  );
});
