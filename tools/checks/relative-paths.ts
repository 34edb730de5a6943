/** Checks that a relative import stays inside its package: other packages are imported by their names. */
import { join, normalize } from 'node:path';
import type { Check, Finding } from './finding.ts';
import { readWorkspace } from './read-workspace.ts';

const RULE = 'relative paths';

export const relativePaths: Check = {
  name: RULE,
  async run(root) {
    const findings: Finding[] = [];
    const workspace = await readWorkspace(root);
    const folders = workspace.map((each) => each.folder).filter((folder) => folder !== '');
    const owner = (path: string) => folders.find((folder) => path.startsWith(`${folder}/`)) ?? '';
    for (const { folder, files } of workspace) {
      for (const { path, imports } of files) {
        for (const { specifier, line } of imports) {
          if (!specifier.startsWith('.') && !specifier.startsWith('/')) continue;
          const target = specifier.startsWith('/') ? specifier : normalize(join(path, '..', specifier));
          if (!target.startsWith('..') && !target.startsWith('/') && owner(target) === folder) continue;
          findings.push({
            file: path,
            line,
            rule: RULE,
            sentence: `${specifier} leaves the package. Import it by the name of the package that holds it.`,
          });
        }
      }
    }
    return findings;
  },
};
