/** Proves that the states that services tell of themselves have words in both languages, and are still written as they are looked for. */
import { globSync, readFileSync } from 'node:fs';
import { createInstance } from 'i18next';
import { expect, test } from 'vitest';
import english from '../../locales/en/console.json' with { type: 'json' };
import chinese from '../../locales/zh/console.json' with { type: 'json' };
import { KNOWN_DETAILS, tellDetail } from './tell-detail.ts';

async function tellIn(language: 'en' | 'zh'): Promise<(detail: string) => string> {
  const words = createInstance();
  const resources = { en: { console: english }, zh: { console: chinese } };
  await words.init({ lng: language, ns: 'console', defaultNS: 'console', resources });
  const t = words.getFixedT(language, 'console');
  return (detail) => tellDetail(detail, t);
}

test('a state that is known is told in the language of the reader, another one as it came', async () => {
  const [tell, tellInChinese] = [await tellIn('en'), await tellIn('zh')];
  for (const detail of [...Object.keys(KNOWN_DETAILS), '2 of 3 mounts cannot be read; each says why.']) {
    expect(tell(detail)).toBe(detail);
    expect(tellInChinese(detail)).not.toMatch(/[a-z]/);
  }
  expect(tellInChinese('2 of 3 views cannot be read; each says why.')).toMatch(/3.*2/);
  expect(tellInChinese('It reconnects: connect ECONNREFUSED')).toBe('It reconnects: connect ECONNREFUSED');
});

test('the services still say so', () => {
  const root = new URL('../../../../../services/', import.meta.url);
  const files = [...globSync('dbus/src/*.ts', { cwd: root }), 'moonbox/src/admin/watch-health.ts'].filter(
    (file) => !file.includes('.test.'),
  );
  const text = files.map((file) => readFileSync(new URL(file, root), 'utf8')).join('\n');
  const held = /^It is (paused|stopped)/;
  for (const detail of Object.keys(KNOWN_DETAILS)) {
    // biome-ignore lint/suspicious/noTemplateCurlyInString: as it stands in the source.
    expect(text).toContain(detail.replace(held, 'It is ${what}'));
  }
  for (const what of ['mounts', 'views']) expect(text).toContain(`} ${what} cannot be read; each says why.`);
  expect(text).toContain("held('paused')");
  expect(text).toContain("held('stopped')");
});
