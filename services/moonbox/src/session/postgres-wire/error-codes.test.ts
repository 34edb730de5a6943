/** Code and list of error codes are equal: nothing is raised that is not explained, nothing is explained that is not raised. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { WIRE_ERROR_CODES } from './error-codes.ts';

it('every code that the sources name is in the list, and the other way round', () => {
  const folder = import.meta.dirname;
  const used = new Set<string>();
  for (const path of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    if (!path.endsWith('.ts') || path.endsWith('.test.ts') || path === 'error-codes.ts') continue;
    const text = readFileSync(join(folder, path), 'utf8');
    for (const [code] of text.matchAll(/(?<![A-Z_])WIRE_(?!ERROR_CODES|PLAIN_ON|LOGIN_\()[A-Z]+(?:_[A-Z]+)*/g))
      used.add(code);
  }
  expect([...used].sort()).toEqual(Object.keys(WIRE_ERROR_CODES).sort());
});
