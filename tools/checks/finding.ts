/** Says what a check reports: the file, the rule it breaks, and a sentence on what is wrong. */

export interface Finding {
  /** Path from the root of the repository. */
  file: string;
  line?: number;
  /** What the rule is called in the list of checks. */
  rule: string;
  /** What is wrong and what to do about it. */
  sentence: string;
}

/** A check looks at the repository in `root` and reports each break of its rule. */
export interface Check {
  name: string;
  run(root: string): Promise<Finding[]>;
}

export function describeFinding(finding: Finding): string {
  const place = finding.line === undefined ? finding.file : `${finding.file}:${finding.line}`;
  return `${place} breaks the rule "${finding.rule}": ${finding.sentence}`;
}
