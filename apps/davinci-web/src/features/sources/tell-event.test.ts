/** Proves that the past of a source is told in the reader's language, as far as facts tell it. */
import { createInstance } from 'i18next';
import { expect, test } from 'vitest';
import english from '../../locales/en/console-sources.json' with { type: 'json' };
import knownSentences from '../../locales/en/reasons.json' with { type: 'json' };
import chinese from '../../locales/zh/console-sources.json' with { type: 'json' };
import toldSentences from '../../locales/zh/reasons.json' with { type: 'json' };
import { tellerOf } from '../../shell/tell-reason.ts';
import { tellEvent } from './tell-event.ts';

async function tellIn(language: 'en' | 'zh') {
  const words = createInstance();
  const resources = { en: { 'console-sources': english }, zh: { 'console-sources': chinese } };
  await words.init({ lng: language, ns: 'console-sources', defaultNS: 'console-sources', resources });
  const t = words.getFixedT(language, 'console-sources');
  const tell = language === 'en' ? (text: string) => text : tellerOf(knownSentences, toldSentences);
  return (kind: string, facts: Record<string, unknown> = {}, sentence = 'its own sentence') =>
    tellEvent({ kind, facts, sentence }, 'shop', language, t, tell);
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
  const reason = { code: 'DBUS_PULL_FAILED', message: 'public.products does not exist any more', next: '' };
  expect(tell('pull-failed', { ...products, reason })).toBe(
    'The pull of public.products failed: public.products does not exist any more',
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
    tell('pull-failed', { ...products, reason: { message: 'public.products does not exist any more' } }),
    // Their reasons stand in the sentences only.
    tell('stream-lost', {}, 'Source shop cannot be streamed: The stream failed: Connection terminated unexpectedly.'),
    tell('stopped', { reason: null }, 'Source shop stopped: its stream ended'),
    tell('standing-by', {}, 'Source shop is streamed by another process; this one waits until nobody else does'),
    tell(
      'table-lost',
      products,
      'public.products is not captured any more: public.products has no column that can be published.',
    ),
    tell('pull-asked', products, 'public.products is pulled again: its columns changed their places'),
  ];
  for (const sentence of told) {
    expect(sentence.replaceAll(/shop|public\.products/g, '')).toMatch(/^[^a-z]*\p{Script=Han}[^a-z]*$/u);
  }
});
