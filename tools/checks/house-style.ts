/** Checks formatting and lint rules with biome. */

import type { Check, Finding } from './finding.ts';
import { runChecker } from './run-checker.ts';

const RULE = 'biome';

interface BiomeReport {
  diagnostics: {
    severity: string;
    category: string;
    message: string;
    location?: { path?: string; start?: { line?: number } };
  }[];
}

export const houseStyle: Check = {
  name: RULE,
  async run(root) {
    const { code, output } = await runChecker('biome', ['check', '--reporter=json', '--max-diagnostics=200'], root);
    if (code === 0) return [];
    const json = output.slice(output.indexOf('{'), output.lastIndexOf('}') + 1);
    if (json === '')
      return [{ file: 'biome.json', rule: RULE, sentence: `biome ended with ${code}: ${output.trim()}` }];
    const findings = (JSON.parse(json) as BiomeReport).diagnostics
      .filter((each) => each.severity === 'error')
      .map(
        (each): Finding => ({
          file: each.location?.path ?? 'biome.json',
          ...(!each.location?.start?.line ? {} : { line: each.location.start.line }),
          rule: RULE,
          sentence: `${each.category}: ${each.message} (\`node_modules/.bin/biome check --write\` mends what it can)`,
        }),
      );
    return findings.length > 0 ? findings : [{ file: 'biome.json', rule: RULE, sentence: `biome ended with ${code}.` }];
  },
};
