/** Checks the types of the whole repository with the TypeScript compiler: what runs in Node, and what runs in a browser. */
import { access } from 'node:fs/promises';
import { join } from 'node:path';
import type { Check, Finding } from './finding.ts';
import { runChecker } from './run-checker.ts';

const RULE = 'types';

/** Each with the libraries of its world: a service has no DOM. The second may be missing, as in the fixtures of the tests. */
const PROJECTS = ['tsconfig.json', 'apps/davinci-web/tsconfig.json'];

export const types: Check = {
  name: RULE,
  async run(root) {
    const findings: Finding[] = [];
    for (const project of PROJECTS) findings.push(...(await checkProject(root, project)));
    return findings;
  },
};

async function checkProject(root: string, project: string): Promise<Finding[]> {
  const exists = await access(join(root, project)).then(
    () => true,
    () => false,
  );
  if (!exists && project !== PROJECTS[0]) return [];
  const { code, output } = await runChecker('tsc', ['--noEmit', '--pretty', 'false', '-p', project], root);
  if (code === 0) return [];
  const findings: Finding[] = [];
  for (const [, file = '', line, sentence = ''] of output.matchAll(/^(\S.*?)\((\d+),\d+\): (error .*)$/gm)) {
    findings.push({ file, line: Number(line), rule: RULE, sentence });
  }
  return findings.length > 0
    ? findings
    : [{ file: project, rule: RULE, sentence: `tsc ended with ${code}: ${output.trim()}` }];
}
