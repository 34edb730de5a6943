/** Checks that a library which one package owns is imported by that package alone. */
import { LIBRARY_OWNERS } from '../layers.ts';
import type { Check, Finding } from './finding.ts';
import { packageOf, readWorkspace } from './read-workspace.ts';

const RULE = 'library owners';

export const libraryOwners: Check = {
  name: RULE,
  async run(root) {
    const findings: Finding[] = [];
    for (const { name, files } of await readWorkspace(root)) {
      for (const { path, imports } of files) {
        for (const { specifier, line } of imports) {
          const library = packageOf(specifier) ?? '';
          const owner = LIBRARY_OWNERS[library];
          if (owner === undefined || owner === name) continue;
          findings.push({
            file: path,
            line,
            rule: RULE,
            sentence: `only ${owner} may import ${library}. Use what ${owner} offers, or add there what is missing.`,
          });
        }
      }
    }
    return findings;
  },
};
