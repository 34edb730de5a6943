/** Proves that a message becomes a sentence, and that a name at its beginning stays as it is written. */
import { expect, test } from 'vitest';
import { asSentence } from './sentence.ts';

test.each([
  ['the service failed', 'The service failed'],
  ['orders.id is not there', 'orders.id is not there'],
  ['"orders" is not there', '"orders" is not there'],
  ['Nothing to do', 'Nothing to do'],
  ['没有响应', '没有响应'],
  ['', ''],
])('%s', (message, sentence) => {
  expect(asSentence(message)).toBe(sentence);
});
