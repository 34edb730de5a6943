/** Proves that the past of a source is told in the reader's language, as far as facts tell it. */
import { createInstance } from 'i18next';
import { expect, test } from 'vitest';
import english from '../../locales/en/console-sources.json' with { type: 'json' };
import chinese from '../../locales/zh/console-sources.json' with { type: 'json' };
import { tellEvent } from './tell-event.ts';

async function tellIn(language: 'en' | 'zh') {
  const words = createInstance();
  const resources = { en: { 'console-sources': english }, zh: { 'console-sources': chinese } };
  await words.init({ lng: language, ns: 'console-sources', defaultNS: 'console-sources', resources });
  const t = words.getFixedT(language, 'console-sources');
  return (kind: string, facts: Record<string, unknown> = {}) =>
    tellEvent({ kind, facts, sentence: 'its own sentence' }, 'shop', language, t);
}

const products = { schema: 'public', table: 'products' };

test('what happened is told by its kind and its facts', async () => {
  const tell = await tellIn('en');
  expect(tell('registered')).toBe('Source shop was registered');
  expect(tell('pull-done', { ...products, rows: 1_060 })).toBe('The pull of public.products brought 1,060 rows');
  expect(tell('pull-done', { ...products, rows: 1 })).toBe('The pull of public.products brought 1 row');
  expect(tell('schema-changed', { ...products, version: 2, compatible: true })).toBe(
    'public.products has version 2, compatible with the one before',
  );
  // Without its facts, or with a reason of its own: as it came.
  expect(tell('pull-done', { rows: 60 })).toBe('its own sentence');
  expect(tell('stopped', { reason: null })).toBe('its own sentence');
});

test('Chinese has no English in it', async () => {
  const tell = await tellIn('zh');
  const told = [
    ...['registered', 'start', 'pause', 'stop', 'stream-resumed'].map((kind) => tell(kind)),
    ...['table-added', 'table-removed', 'table-changed', 'pull-paused', 'pull-cancelled'].map((kind) =>
      tell(kind, products),
    ),
    tell('pull-done', { ...products, rows: 60 }),
    tell('schema-changed', { ...products, version: 2, compatible: false }),
  ];
  for (const sentence of told) {
    expect(sentence.replace(/shop|public\.products/, '')).toMatch(/^[^a-z]*\p{Script=Han}[^a-z]*$/u);
  }
});
