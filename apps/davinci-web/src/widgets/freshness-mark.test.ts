/** Proves that what may be old is called so, however old it is, and that what nobody tells of has no mark. */
import type { Freshness } from '@rtdp/davinci-api/client';
import { createElement } from 'react';
import { renderToStaticMarkup } from 'react-dom/server';
import { expect, test } from 'vitest';
import { FreshnessMark } from './freshness-mark.tsx';

test('a widget that nobody answers may be old, by that one name', () => {
  const drawn = (freshness: Freshness[], part: { failed?: boolean; deaf?: boolean }) =>
    /fresh\.\w+/.exec(renderToStaticMarkup(createElement(FreshnessMark, { freshness, ...part })))?.[0];
  const upTo = (ago: number): Freshness => ({
    sinkNamespace: 'postgresql.warehouse.shop.orders.*.0.0',
    commitNumber: '1',
    watermark: new Date(Date.now() - ago).toISOString(),
    loading: false,
  });
  for (const ago of [0, 600_000]) expect(drawn([upTo(ago)], { deaf: true })).toBe('fresh.old');
  expect(drawn([], { deaf: true })).toBe('fresh.old');
  expect(drawn([upTo(0)], {})).toBe('fresh.live');
  expect(drawn([upTo(600_000)], {})).toBe('fresh.behind');
  expect(drawn([upTo(0)], { failed: true, deaf: true })).toBe('fresh.failed');
  expect(drawn([], {})).toBeUndefined();
});
