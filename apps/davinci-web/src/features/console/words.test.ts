/** Proves that every word the consoles and the view editor ask for exists in both languages, and that neither has words the other lacks. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const SOURCE = join(import.meta.dirname, '../..');
const NAMESPACES = [
  'console',
  'console-data',
  'console-flows',
  'console-health',
  'console-queries',
  'console-sources',
  'views',
];
const FOLDERS = ['console', 'data', 'flows', 'health', 'mounts', 'queries', 'sources', 'topics', 'views'];

function keysOf(language: string, namespace: string): Set<string> {
  const keys = new Set<string>();
  const collect = (words: unknown, path: string): void => {
    if (typeof words === 'string') {
      keys.add(path.replace(/_(zero|one|two|few|many|other)$/, ''));
      return;
    }
    for (const [name, value] of Object.entries(words as object)) collect(value, path === '' ? name : `${path}.${name}`);
  };
  collect(JSON.parse(readFileSync(join(SOURCE, 'locales', language, `${namespace}.json`), 'utf8')), '');
  return keys;
}

test.each(NAMESPACES)('%s says the same things in both languages', (namespace) => {
  expect([...keysOf('zh', namespace)].sort()).toEqual([...keysOf('en', namespace)].sort());
});

test('every word that is asked for exists', () => {
  const missing: string[] = [];
  for (const folder of FOLDERS) {
    const files = readdirSync(join(SOURCE, 'features', folder)).filter(
      (name) => /\.tsx?$/.test(name) && !name.includes('.test.'),
    );
    for (const file of files) {
      const text = readFileSync(join(SOURCE, 'features', folder, file), 'utf8');
      const namespaces = [...text.matchAll(/useTranslation\('([\w-]+)'\)/g)].map(([, name]) => name!);
      if (namespaces.length === 0) continue;
      const keys = namespaces.flatMap((namespace) =>
        NAMESPACES.includes(namespace) ? [...keysOf('en', namespace)] : [],
      );
      for (const [, quoted] of text.matchAll(/(?<![\w.])t\(\s*'([^']+)'/g)) {
        if (!keys.includes(quoted!)) missing.push(`${folder}/${file}: ${quoted}`);
      }
      // A key with a part that is only known later: at least one word must fit.
      for (const [, template] of text.matchAll(/(?<![\w.])t\(\s*`([^`]+)`/g)) {
        const pattern = new RegExp(
          `^${template!.replaceAll('.', '\\.').replaceAll(/\$\{(?:[^{}]|\{[^{}]*\})*\}/g, '.+')}$`,
        );
        if (!keys.some((key) => pattern.test(key))) missing.push(`${folder}/${file}: ${template}`);
      }
    }
  }
  expect(missing).toEqual([]);
});
