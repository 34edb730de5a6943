/** Decides how a verb reads one definition from a YAML file, with variables filled in; what is in it is for the service to judge. */
import { readFileSync } from 'node:fs';
import { RtdpError } from '@rtdp/ums/error';
import { LineCounter, parseDocument } from 'yaml';
import { substituteVariables } from '../pipeline/pipeline-file.ts';

/** @throws RtdpError RTDP_PIPELINE_INVALID, RTDP_VARIABLE_MISSING */
export function readDefinition<Definition>(file: string): Definition {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (cause) {
    throw new RtdpError({
      code: 'RTDP_PIPELINE_INVALID',
      message: `the file ${file} cannot be read`,
      next: 'Check the path.',
      facts: { file },
      cause,
    });
  }
  const lines = new LineCounter();
  // The pretty form would print the line itself, in which a password may stand.
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, merge: true });
  const [error] = document.errors;
  if (error !== undefined) {
    const { line, col } = lines.linePos(error.pos[0]);
    throw unreadable(file, `line ${line}, column ${col}: ${error.message}`, error);
  }
  const value: unknown = document.toJS();
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw unreadable(file, 'it does not hold one definition');
  }
  if ('sources' in value || 'flows' in value)
    throw unreadable(file, 'it is a whole pipeline, not one source or one flow');
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
