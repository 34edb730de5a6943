/** Proves that every span of time has words, in both languages. */
import type { RelativeDate } from '@rtdp/davinci-api/client';
import { createInstance } from 'i18next';
import { expect, test } from 'vitest';
import english from '../../locales/en/dashboards.json' with { type: 'json' };
import chinese from '../../locales/zh/dashboards.json' with { type: 'json' };
import { offeredSpans, RELATIVE_SPANS, relativeKey, tellSpan } from './relative-spans.ts';

async function wordsIn(language: 'en' | 'zh') {
  const words = createInstance();
  const resources = { en: { dashboards: english }, zh: { dashboards: chinese } };
  await words.init({ lng: language, ns: 'dashboards', defaultNS: 'dashboards', resources });
  const t = words.getFixedT(language, 'dashboards');
  return (unit: RelativeDate['unit'], amount: number) => tellSpan({ unit, amount }, t);
}

test('a span is told by its unit and its amount', async () => {
  const tell = await wordsIn('en');
  expect(tell('minute', 15)).toBe('Last 15 minutes');
  expect(tell('hour', 1)).toBe('Last hour');
  expect(tell('day', 1)).toBe('Today');
  expect(tell('quarter', 0)).toBe('This quarter');
  expect(tell('week', -1)).toBe('Last week');
  expect(tell('month', -3)).toBe('The 3 months before this one');
});

test('no span is shown as it is written', async () => {
  for (const language of ['en', 'zh'] as const) {
    const tell = await wordsIn(language);
    for (const unit of ['minute', 'hour', 'day', 'week', 'month', 'quarter', 'year'] as const) {
      for (const amount of [-2, -1, 0, 1, 2, 15]) {
        expect(tell(unit, amount), `${language} ${unit} ${amount}`).not.toMatch(/_|Span|relative|\{/);
      }
    }
  }
});

test('the span that is chosen is among those to choose from', () => {
  const keys = offeredSpans({ unit: 'minute', amount: 15 }).map(relativeKey);
  expect(keys).toEqual([...RELATIVE_SPANS, 'minute_15']);
  expect(offeredSpans(undefined)).toHaveLength(RELATIVE_SPANS.length);
});
