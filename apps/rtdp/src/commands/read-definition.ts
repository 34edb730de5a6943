/** Decides how a verb reads definitions from a YAML file, with variables filled in; what is in them is for the service to judge. */
import { typedCommand } from '@rtdp/service/typed-command';
import { RtdpError } from '@rtdp/ums/error';
import { LineCounter, parseDocument } from 'yaml';
import { substituteVariables } from '../pipeline/pipeline-file.ts';
import { readGivenFile } from '../session/given-file.ts';

/** One source or one flow. @throws RtdpError RTDP_PIPELINE_INVALID, RTDP_VARIABLE_MISSING */
export function readDefinition<Definition>(file: string): Definition {
  const value = readYaml(file);
  if ('sources' in value || 'flows' in value) {
    throw unreadable(file, 'it is a whole pipeline, not one source or one flow', {
      next: `Bring the whole of it into force with "${typedCommand('apply FILE')}", or give a file with one source or one flow alone.`,
    });
  }
  return substituteVariables(value, process.env, file) as Definition;
}

/**
 * Those of a pipeline file, or the one that the file is. Variables are filled into these alone: what is only looked at needs no password of the
 * other end.
 * @throws RtdpError RTDP_PIPELINE_INVALID, RTDP_VARIABLE_MISSING
 */
export function readDefinitions<Definition>(file: string, section: 'sources' | 'flows'): Definition[] {
  const value = readYaml(file);
  if (!('sources' in value || 'flows' in value)) return [substituteVariables(value, process.env, file) as Definition];
  const listed = value[section];
  if (Array.isArray(listed) && listed.length > 0) return substituteVariables(listed, process.env, file) as Definition[];
  throw unreadable(file, `it is a pipeline without ${section}`);
}

function readYaml(file: string): Record<string, unknown> {
  const lines = new LineCounter();
  // The pretty form would print the line itself, in which a password may stand.
  const document = parseDocument(readGivenFile(file), { lineCounter: lines, prettyErrors: false, merge: true });
  const [error] = document.errors;
  if (error !== undefined) {
    const { line, col } = lines.linePos(error.pos[0]);
    throw unreadable(file, `line ${line}, column ${col}: ${error.message}`, { cause: error });
  }
  const value: unknown = document.toJS();
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  throw unreadable(file, 'it does not hold one definition');
}

function unreadable(file: string, why: string, more: { next?: string; cause?: unknown } = {}): RtdpError {
  return new RtdpError({
    code: 'RTDP_PIPELINE_INVALID',
    message: `${file} cannot be used: ${why}`,
    next: 'Give a YAML file with one source or one flow, or a pipeline; deploy/demo/shop.yaml shows the fields.',
    facts: { file },
    ...more,
  });
}
