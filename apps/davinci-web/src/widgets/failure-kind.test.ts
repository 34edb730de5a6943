/** Proves that each failure is told as what it is. */
import { expect, test } from 'vitest';
import { ApiError } from '../api/client.ts';
import en from '../locales/en/widgets.json' with { type: 'json' };
import { failureKind, saysMore } from './failure-kind.ts';

test('a failure is refused, slow, away or wrong by the code that the platform gave it, and has its words', () => {
  const kinds = [
    ['WEB_UNREACHABLE', 0, 'unreachable'],
    ['WEB_HTTP_504', 504, 'unreachable'],
    ['DAVINCI_VIEW_FORBIDDEN', 403, 'forbidden'],
    ['IDENTITY_FORBIDDEN', 403, 'forbidden'],
    ['STORE_REFUSED', 400, 'refused'],
    ['STORE_TIMEOUT', 503, 'slow'],
    ['MOONBOX_TIME_LIMIT', 400, 'slow'],
    ['MOONBOX_MEMORY_LIMIT', 400, 'large'],
    ['MOONBOX_QUEUE_UNAVAILABLE', 503, 'busy'],
    ['SERVICE_UNAVAILABLE', 503, 'away'],
    ['STORE_UNREACHABLE', 503, 'away'],
    ['DAVINCI_NOT_FOUND', 404, 'gone'],
    ['DAVINCI_COLUMN_UNKNOWN', 404, 'wrong'],
    ['SQL_FUNCTION_FORBIDDEN', 403, 'wrong'],
    ['SQL_UNKNOWN_TABLE', 400, 'wrong'],
    ['MOONBOX_VIEW_BROKEN', 400, 'wrong'],
    ['STORE_QUERY_FAILED', 400, 'wrong'],
    ['SERVICE_INTERNAL', 500, 'unexpected'],
  ] as const;
  for (const [code, status, kind] of kinds) {
    expect([code, failureKind(new ApiError(status, { code, message: '' }))]).toEqual([code, kind]);
    expect(en.failure[kind].title.length * en.failure[kind].next.length).toBeGreaterThan(0);
  }
  expect(failureKind(new TypeError('x is undefined'))).toBe('unexpected');
});

test('the sentence of the service is shown where it says more than that something failed', () => {
  const shown = (code: string) => saysMore('unexpected', new ApiError(500, { code, message: '' }));
  expect([shown('SERVICE_INTERNAL'), shown('STORE_FAILED')]).toEqual([false, true]);
  expect(saysMore('unexpected', new TypeError('x is undefined'))).toBe(true);
  expect(saysMore('slow', new TypeError('x'))).toBe(false);
});
