/** Finds the error codes that sources name, for the tests that prove code and list equal. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** What only tests use may name any code. */
const OTHER_FOLDERS = ['node_modules', 'testing', 'oracle'];
/** Tests as well; the list itself is what is compared. */
const OTHER_FILES = /\.test\.ts$|-contract\.ts$|-harness\.ts$|^error-codes\.ts$/;

/** @param code global; matches one code, and nothing around it. @returns each once, in order */
export function namedCodes(folder: string, code: RegExp): string[] {
  const texts = sourcesIn(folder).map((path) => readFileSync(path, 'utf8'));
  return [...new Set(texts.flatMap((text) => text.match(code) ?? []))].sort();
}

function sourcesIn(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return OTHER_FOLDERS.includes(entry.name) ? [] : sourcesIn(path);
    return entry.name.endsWith('.ts') && !OTHER_FILES.test(entry.name) ? [path] : [];
  });
}
