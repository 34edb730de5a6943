/** Proves that the list of codes and the code agree: every code that is thrown is explained, and every explained one is thrown. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { STORE_ERROR_CODES } from './error-codes.ts';

test('codes in use are codes in the list', () => {
  const folders = ['.', 'postgres', 'mysql'];
  const files = folders
    .flatMap((folder) => readdirSync(join(import.meta.dirname, folder)).map((file) => join(folder, file)))
    .filter((file) => file.endsWith('.ts') && !/test|contract|error-codes/.test(file));
  const used = new Set<string>();
  for (const file of files) {
    for (const [, code] of readFileSync(join(import.meta.dirname, file), 'utf8').matchAll(/'(STORE_[A-Z_]+)'/g))
      used.add(code!);
  }
  expect([...used].sort()).toEqual(Object.keys(STORE_ERROR_CODES).sort());
});
