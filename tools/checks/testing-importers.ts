/** Checks that nothing but tests and benches imports the package that starts servers for tests. */
import { WATCHING_FOLDERS } from '../layers.ts';
import type { Check, Finding } from './finding.ts';
import { packageOf, readWorkspace } from './read-workspace.ts';

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
