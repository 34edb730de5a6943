/** Checks the types of the whole repository with the TypeScript compiler. */

import type { Check, Finding } from './finding.ts';
import { runChecker } from './run-checker.ts';

const RULE = 'types';

export const types: Check = {
  name: RULE,
  async run(root) {
    const { code, output } = await runChecker('tsc', ['--noEmit', '--pretty', 'false', '-p', 'tsconfig.json'], root);
    if (code === 0) return [];
    const findings: Finding[] = [];
    for (const [, file = '', line, sentence = ''] of output.matchAll(/^(\S.*?)\((\d+),\d+\): (error .*)$/gm)) {
      findings.push({ file, line: Number(line), rule: RULE, sentence });
    }
    return findings.length > 0
      ? findings
      : [{ file: 'tsconfig.json', rule: RULE, sentence: `tsc ended with ${code}: ${output.trim()}` }];
  },
};
