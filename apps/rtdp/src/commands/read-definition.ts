/** Decides how a verb reads one definition from a YAML file, with variables filled in; what is in it is for the service to judge. */
import { readFileSync } from 'node:fs';
import { RtdpError } from '@rtdp/ums/error';
import { parse } from 'yaml';
import { substituteVariables } from '../pipeline/pipeline-file.ts';

/** @throws RtdpError RTDP_PIPELINE_INVALID, RTDP_VARIABLE_MISSING */
export function readDefinition<Definition>(file: string): Definition {
  let value: unknown;
  try {
    value = parse(readFileSync(file, 'utf8'), { merge: true });
  } catch (cause) {
    throw unreadable(file, cause instanceof Error ? cause.message : String(cause), cause);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw unreadable(file, 'it does not hold one definition');
  }
  return substituteVariables(value, process.env, file) as Definition;
}

function unreadable(file: string, why: string, cause?: unknown): RtdpError {
  return new RtdpError({
    code: 'RTDP_PIPELINE_INVALID',
    message: `${file} cannot be used: ${why}`,
    next: 'Give a YAML file with one source or one flow; deploy/demo/shop.yaml shows the fields. For both in one file use "rtdp apply".',
    facts: { file },
    cause,
  });
}
