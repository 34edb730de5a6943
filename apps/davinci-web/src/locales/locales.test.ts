/** Proves that both languages say the same things: the same files, the same keys, the same holes in each sentence. */
import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

type Words = { [key: string]: string | Words };

/** `a.b` → the holes of the sentence, sorted; forms of number count as one. */
function holesOf(words: Words, prefix = ''): [string, string][] {
  return Object.entries(words).flatMap(([key, value]): [string, string][] => {
    const path = `${prefix}${key.replace(/_(one|other)$/, '')}`;
    if (typeof value !== 'string') return holesOf(value, `${path}.`);
    const holes = [...value.matchAll(/\{\{\s*(\w+)/g)].map(([, name]) => name ?? '').filter((name) => name !== 'count');
    return [[path, [...new Set(holes)].sort().join(' ')]];
  });
}

function read(language: string, file: string): Map<string, string> {
  const text = readFileSync(new URL(`./${language}/${file}`, import.meta.url), 'utf8');
  return new Map(holesOf(JSON.parse(text) as Words).sort(([a], [b]) => (a < b ? -1 : 1)));
}

const files = (language: string) => readdirSync(new URL(`./${language}`, import.meta.url)).sort();

test('English and Chinese have the same files', () => {
  expect(files('zh')).toEqual(files('en'));
});

test.each(files('en'))('%s says the same in both languages', (file) => {
  expect(Object.fromEntries(read('zh', file))).toEqual(Object.fromEntries(read('en', file)));
});
