import { readdirSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { RtdpError } from './error.ts';
import { UMS_ERROR_CODES } from './error-codes.ts';

it('lists exactly the codes that the code uses', () => {
  const folder = new URL('.', import.meta.url);
  const sources = readdirSync(folder).filter(
    (name) => name.endsWith('.ts') && !name.endsWith('.test.ts') && name !== 'error-codes.ts',
  );
  const used = new Set(
    sources.flatMap((name) => readFileSync(new URL(name, folder), 'utf8').match(/(?<=')UMS_[A-Z_]+(?=')/g) ?? []),
  );
  expect([...used].sort()).toEqual(Object.keys(UMS_ERROR_CODES).sort());
});

it('gives an error a form that travels', () => {
  const error = new RtdpError({
    code: 'UMS_ID',
    message: 'No.',
    next: 'Yes.',
    facts: { id: 5n, path: 'x' },
    cause: new Error('why'),
  });
  expect(JSON.parse(JSON.stringify(error))).toEqual({
    code: 'UMS_ID',
    message: 'No.',
    next: 'Yes.',
    facts: { id: '5', path: 'x' },
  });
  expect(error.cause).toBeInstanceOf(Error);
});
