/** Checks that each package declares what it imports; what only tests import may be declared for development. */
import { builtinModules } from 'node:module';
import type { Check, Finding } from './finding.ts';
import { packageOf, readWorkspace } from './read-workspace.ts';

const RULE = 'undeclared dependencies';

export const undeclaredDependencies: Check = {
  name: RULE,
  async run(root) {
    const findings: Finding[] = [];
    for (const { name, folder, dependencies, developmentDependencies, files } of await readWorkspace(root)) {
      for (const { path, isTest, imports } of files) {
        for (const { specifier, line, typeOnly } of imports) {
          const wanted = packageOf(specifier);
          if (wanted === undefined || wanted === name || builtinModules.includes(wanted)) continue;
          if (dependencies.has(wanted)) continue;
          const declared = developmentDependencies.has(wanted);
          if (declared && (isTest || typeOnly || folder === '')) continue;
          const sentence = declared
            ? `${wanted} is declared for development only, but this file runs in production. Move it to "dependencies" of ${join(folder)}.`
            : `${wanted} is not declared. Add it, with an exact version, to ${join(folder)}.`;
          findings.push({ file: path, line, rule: RULE, sentence });
        }
      }
    }
    return findings;
  },
};

function join(folder: string): string {
  return folder === '' ? 'package.json' : `${folder}/package.json`;
}
