/** Checks that no file imports itself by way of others, within a package and across packages. */
import { join, normalize } from 'node:path';
import type { Check, Finding } from './finding.ts';
import { packageOf, readWorkspace, type WorkspacePackage } from './read-workspace.ts';

const RULE = 'import cycles';

export const importCycles: Check = {
  name: RULE,
  async run(root) {
    const workspace = await readWorkspace(root);
    return [...fileCycles(workspace), ...packageCycles(workspace)].map(
      (cycle): Finding => ({
        file: cycle[0] ?? '',
        rule: RULE,
        sentence: `${[...cycle, cycle[0]].join(' → ')}. Move what both need into a third, or pass it as an argument.`,
      }),
    );
  },
};

/** Types are gone at run time, so a circle of types alone does no harm within a package. */
function fileCycles(workspace: WorkspacePackage[]): string[][] {
  const graph = new Map<string, string[]>();
  for (const { files } of workspace) {
    for (const { path, imports } of files) {
      const targets = imports
        .filter((each) => !each.typeOnly && each.specifier.startsWith('.'))
        .map((each) => normalize(join(path, '..', each.specifier)));
      graph.set(path, targets);
    }
  }
  return cyclesOf(graph);
}

function packageCycles(workspace: WorkspacePackage[]): string[][] {
  const names = new Set(workspace.map((each) => each.name));
  const graph = new Map<string, string[]>();
  for (const { name, files } of workspace) {
    const targets = new Set<string>();
    for (const file of files) {
      if (file.isTest) continue;
      for (const { specifier } of file.imports) {
        const target = packageOf(specifier);
        if (target !== undefined && target !== name && names.has(target)) targets.add(target);
      }
    }
    graph.set(name, [...targets]);
  }
  return cyclesOf(graph);
}

/** One cycle for each edge that closes one, found depth first. */
export function cyclesOf(graph: ReadonlyMap<string, readonly string[]>): string[][] {
  const cycles: string[][] = [];
  const finished = new Set<string>();
  const visit = (node: string, path: string[]) => {
    const seenAt = path.indexOf(node);
    if (seenAt !== -1) {
      cycles.push(path.slice(seenAt));
      return;
    }
    if (finished.has(node)) return;
    for (const next of graph.get(node) ?? []) visit(next, [...path, node]);
    finished.add(node);
  };
  for (const node of graph.keys()) visit(node, []);
  return cycles;
}
