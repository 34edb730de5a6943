/** Checks that the web application names no colour and no pixel but in its one file of tokens. */
import { readdir, readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import type { Check, Finding } from './finding.ts';

const RULE = 'design tokens';
const SOURCES = 'apps/davinci-web/src';
const TOKENS = `${SOURCES}/shell/tokens.ts`;

/** Colours as hexadecimal or function, lengths in pixels; a hash that begins an address (`#code=`) is neither. */
const LITERALS =
  /#(?:[0-9a-f]{8}|[0-9a-f]{6}|[0-9a-f]{3,4})\b(?![=-])|\b(?:rgba?|hsla?|oklch)\(|(?<![\w.-])\d+(?:\.\d+)?px\b/gi;

export const designTokens: Check = {
  name: RULE,
  async run(root) {
    const findings: Finding[] = [];
    for (const path of await sources(join(root, SOURCES))) {
      const file = relative(root, path);
      if (file === TOKENS) continue;
      const lines = (await readFile(path, 'utf8')).split('\n');
      for (const [index, line] of lines.entries()) {
        // What a style may not say, a comment may; a media query cannot use a token.
        if (/^\s*(?:\/\/|\*|\/\*)/.test(line) || /@media|@container/.test(line)) continue;
        for (const [literal] of line.matchAll(LITERALS)) {
          findings.push({
            file,
            line: index + 1,
            rule: RULE,
            sentence: `${literal} is a literal; give it a name in ${TOKENS}, or use the one that it has.`,
          });
        }
      }
    }
    return findings;
  },
};

async function sources(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(
    (cause: NodeJS.ErrnoException) => {
      if (cause.code !== 'ENOENT') throw cause;
      return [];
    },
  );
  return entries
    .filter((entry) => entry.isFile() && /\.(?:css|tsx?)$/.test(entry.name) && !/\.test\.tsx?$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}
