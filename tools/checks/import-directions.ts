/** Checks that imports between packages of ours go only downwards, as `tools/layers.ts` lists. */
import { PACKAGE_LAYERS, SERVICE_ENTRY, UPPER_FOLDERS, WATCHING_FOLDERS } from '../layers.ts';
import type { Check, Finding } from './finding.ts';
import { packageOf, readWorkspace, type WorkspacePackage } from './read-workspace.ts';

const RULE = 'import directions';

export const importDirections: Check = {
  name: RULE,
  async run(root) {
    const workspace = await readWorkspace(root);
    const byName = new Map(workspace.map((each) => [each.name, each]));
    const findings: Finding[] = [];
    for (const from of workspace) {
      for (const file of from.files) {
        for (const { specifier, line } of file.imports) {
          const to = byName.get(packageOf(specifier) ?? '');
          if (to === undefined || to === from) continue;
          const sentence = objection(from, to, specifier, file.isTest);
          if (sentence !== undefined) findings.push({ file: file.path, line, rule: RULE, sentence });
        }
      }
    }
    return findings;
  },
};

/** Why `from` may not import `specifier` of `to`, or undefined when it may. */
function objection(
  from: WorkspacePackage,
  to: WorkspacePackage,
  specifier: string,
  isTest: boolean,
): string | undefined {
  // Who may import testing is a rule of its own; a test may.
  if (to.name === '@rtdp/testing') return undefined;
  if (WATCHING_FOLDERS.includes(from.area)) return undefined;
  if (to.area === 'services' && UPPER_FOLDERS.includes(from.area)) {
    const entry = `${to.name}/${SERVICE_ENTRY}`;
    if (specifier === entry || specifier.startsWith(`${entry}/`)) return undefined;
    return `${from.name} imports ${specifier}; of a service only ${entry} may be imported.`;
  }
  if (UPPER_FOLDERS.includes(from.area)) {
    return to.area === 'packages'
      ? undefined
      : `${from.name} imports ${to.name}; services and apps import packages only.`;
  }
  const allowed = PACKAGE_LAYERS[from.name];
  if (allowed === undefined) return `${from.name} is not in tools/layers.ts; list there what it may import.`;
  if (allowed === 'any package' && to.area === 'packages') return undefined;
  if (allowed !== 'any package' && allowed.includes(to.name)) return undefined;
  // A test may start real servers.
  if (isTest && to.name === '@rtdp/local') return undefined;
  const list = allowed === 'any package' ? 'packages only' : allowed.join(', ') || 'nothing of ours';
  return `${from.name} imports ${to.name}; it may import ${list}. Move the code down, or pass what is needed as an argument.`;
}
