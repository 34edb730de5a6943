/** Checks that nothing but tests and benches imports what exists for tests: the package that starts servers, and test files. */
import { join, normalize } from 'node:path';
import { WATCHING_FOLDERS } from '../layers.ts';
import type { Check, Finding } from './finding.ts';
import { isTestFile, packageOf, readWorkspace } from './read-workspace.ts';

const RULE = 'importers of testing';
const TESTING = '@rtdp/testing';

export const testingImporters: Check = {
  name: RULE,
  async run(root) {
    const findings: Finding[] = [];
    for (const { name, area, files } of await readWorkspace(root)) {
      if (name === TESTING || (area !== '' && WATCHING_FOLDERS.includes(area))) continue;
      for (const { path, isTest, imports } of files) {
        if (isTest) continue;
        for (const { specifier, line } of imports) {
          const target = normalize(join(path, '..', specifier));
          if (specifier.startsWith('.') && isTestFile(target)) {
            const sentence = `it imports ${target}, which exists for tests only. Move what both need into a file of its own.`;
            findings.push({ file: path, line, rule: RULE, sentence });
          }
          if (packageOf(specifier) !== TESTING) continue;
          findings.push({
            file: path,
            line,
            rule: RULE,
            sentence: `only tests and benches may import ${TESTING}. Move this into a .test.ts file, a -harness.ts file or a folder named testing.`,
          });
        }
      }
    }
    return findings;
  },
};
