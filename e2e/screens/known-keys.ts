/** Decides what a raw key looks like: any key of the word files that has more than one part. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const WORDS = fileURLToPath(new URL('../../apps/davinci-web/src/locales/en/', import.meta.url));

export async function knownKeys(): Promise<ReadonlySet<string>> {
  const keys = new Set<string>();
  for (const file of await readdir(WORDS)) {
    collect(JSON.parse(await readFile(join(WORDS, file), 'utf8')), '', keys);
  }
  return keys;
}

function collect(words: unknown, path: string, keys: Set<string>): void {
  if (typeof words === 'string') {
    if (path.includes('.')) keys.add(path.replace(/_(zero|one|other)$/, ''));
    return;
  }
  for (const [name, value] of Object.entries(words as Record<string, unknown>)) {
    collect(value, path === '' ? name : `${path}.${name}`, keys);
  }
}
