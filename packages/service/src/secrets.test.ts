import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { createSecretBox, createSecretKeyFile } from './secrets.ts';

const folder = mkdtempSync(join(tmpdir(), 'rtdp-secrets-'));
afterAll(() => rmSync(folder, { recursive: true }));

function keyFile(name: string): string {
  const path = join(folder, name);
  createSecretKeyFile(path);
  return path;
}

describe('secret box', () => {
  it('opens what it sealed, and the sealed form tells nothing', () => {
    const path = keyFile('one.json');
    const box = createSecretBox(path);
    const sealed = box.seal('pass phrase ✓');
    expect(sealed).not.toContain('pass');
    expect(box.seal('pass phrase ✓')).not.toBe(sealed);
    expect(createSecretBox(path).open(sealed)).toBe('pass phrase ✓');
    expect(statSync(path).mode & 0o077).toBe(0);
  });

  it('opens old secrets after a new key was put first', () => {
    const path = keyFile('rotated.json');
    const sealed = createSecretBox(path).seal('x');
    const fresh = JSON.parse(readFileSync(keyFile('fresh.json'), 'utf8')).keys;
    writeFileSync(path, JSON.stringify({ keys: [...fresh, ...JSON.parse(readFileSync(path, 'utf8')).keys] }));
    const rotated = createSecretBox(path);
    expect(rotated.open(sealed)).toBe('x');
    expect(rotated.seal('x').split('.')[1]).toBe(fresh[0].id);
  });

  it('refuses a changed secret and one sealed elsewhere', () => {
    const box = createSecretBox(keyFile('a.json'));
    const sealed = box.seal('abc');
    const changed = sealed.slice(0, -2) + (sealed.endsWith('AA') ? 'BB' : 'AA');
    for (const text of [changed, createSecretBox(keyFile('b.json')).seal('abc'), '', 'abc']) {
      expect(() => box.open(text)).toThrow(expect.objectContaining({ code: 'SERVICE_SECRET_UNREADABLE' }));
    }
  });
});
