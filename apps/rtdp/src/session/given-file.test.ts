import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { givenFile, readGivenFile } from './given-file.ts';

test('a file is looked for where the command was typed, and named with its whole path where it is not', () => {
  const folder = mkdtempSync(join(tmpdir(), 'rtdp-given-'));
  try {
    writeFileSync(join(folder, 'mine.yaml'), 'sources: []\n');
    const typedThere = { npm_lifecycle_event: 'rtdp', INIT_CWD: folder };
    expect(givenFile('mine.yaml', typedThere)).toBe(join(folder, 'mine.yaml'));
    expect(givenFile('not-there.yaml', typedThere)).toBe(join(folder, 'not-there.yaml'));
    expect(givenFile('package.json', typedThere)).toBe(resolve('package.json'));
    expect(givenFile('mine.yaml', { INIT_CWD: folder })).toBe(resolve('mine.yaml'));
    expect(givenFile('/dev/stdin', typedThere)).toBe('/dev/stdin');
    const missing = join(folder, 'missing.yaml');
    expect(() => readGivenFile(missing)).toThrow(`the file ${missing} cannot be read: is not there`);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
