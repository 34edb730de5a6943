/** Shows that the lists of error codes and the code agree: nothing is raised that is not listed, nothing is listed that is never raised. */
import { globSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { DBUS_ERROR_CODES } from './error-codes.ts';
import { PIPELINE_ERROR_CODES } from './pipeline/error-codes.ts';

test('every code that is raised is listed, and every listed one is raised', () => {
  const files = globSync('**/*.ts', { cwd: import.meta.dirname }).filter(
    (file) => !/\.test\.ts$|testing|error-codes/.test(file),
  );
  const raised = new Set(
    files.flatMap(
      (file) => readFileSync(`${import.meta.dirname}/${file}`, 'utf8').match(/(?<=')DBUS_[A-Z_]+(?=')/g) ?? [],
    ),
  );
  const listed = new Set([...Object.keys(DBUS_ERROR_CODES), ...Object.keys(PIPELINE_ERROR_CODES)]);
  expect(
    [...raised].filter((code) => !listed.has(code)),
    'raised but not listed: add it to error-codes.ts',
  ).toEqual([]);
  expect(
    [...listed].filter((code) => !raised.has(code)),
    'listed but never raised: take it out',
  ).toEqual([]);
});
