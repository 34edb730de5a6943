/** Decides how a verb reads definitions from a YAML file, with variables filled in; what no service knows is told at its line, the rest is for the service to judge. */
import { typedCommand } from '@rtdp/service/typed-command';
import { RtdpError } from '@rtdp/ums/error';
import { placedShapeProblems } from '../pipeline/check-shapes.ts';
import { substituteVariables } from '../pipeline/pipeline-file.ts';
import { type PlacedYaml, readPlacedYaml } from '../pipeline/placed-yaml.ts';
import { readGivenFile } from '../session/given-file.ts';

type Section = 'sources' | 'flows';

/** One source or one flow. @throws RtdpError RTDP_PIPELINE_INVALID, RTDP_VARIABLE_MISSING */
export function readDefinition<Definition>(file: string, section: Section): Definition {
  const { value, yaml } = readYaml(file);
  if ('sources' in value || 'flows' in value) {
    throw unreadable(file, 'it is a whole pipeline, not one source or one flow', {
      next: `Bring the whole of it into force with "${typedCommand('apply FILE')}", or give a file with one source or one flow alone.`,
    });
  }
  const [definition] = definitionsOf(file, section, yaml, [value]);
  return definition as Definition;
}

/**
 * Those of a pipeline file, or the one that the file is. Variables are filled into these alone: what is only looked at needs no password of the
 * other end.
 * @throws RtdpError RTDP_PIPELINE_INVALID, RTDP_VARIABLE_MISSING
 */
export function readDefinitions<Definition>(file: string, section: Section): Definition[] {
  const { value, yaml } = readYaml(file);
  if (!('sources' in value || 'flows' in value)) {
    return definitionsOf(file, section, yaml, [value]) as Definition[];
  }
  const listed = value[section];
  if (Array.isArray(listed) && listed.length > 0) {
    return definitionsOf(file, section, yaml, listed, [section]) as Definition[];
  }
  throw unreadable(file, `it is a pipeline without ${section}`);
}

/** @param above where in the file they are listed; one that the file is alone stands at its top */
function definitionsOf(
  file: string,
  section: Section,
  yaml: PlacedYaml,
  found: readonly unknown[],
  above?: readonly string[],
): unknown[] {
  const definitions = found.map((one) => substituteVariables(one, process.env, file));
  const problems = definitions.flatMap((one, at) =>
    isGroup(one) ? placedShapeProblems(section, one, yaml, above === undefined ? [] : [...above, at]) : [],
  );
  if (problems.length === 0) return definitions;
  throw unreadable(file, 'it says what cannot be', { next: 'Correct the file at these places.', problems });
}

function readYaml(file: string): { value: Record<string, unknown>; yaml: PlacedYaml } {
  const yaml = readPlacedYaml(readGivenFile(file));
  const [error] = yaml.errors;
  if (error !== undefined) throw unreadable(file, `line ${error.line}, column ${error.column}: ${error.message}`);
  if (isGroup(yaml.value)) return { value: yaml.value, yaml };
  throw unreadable(file, 'it does not hold one definition');
}

function isGroup(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function unreadable(
  file: string,
  why: string,
  { next, ...facts }: { next?: string; problems?: unknown[] } = {},
): RtdpError {
  return new RtdpError({
    code: 'RTDP_PIPELINE_INVALID',
    message: `${file} cannot be used: ${why}`,
    next:
      next ?? 'Give a YAML file with one source or one flow, or a pipeline; deploy/demo/shop.yaml shows the fields.',
    facts: { file, ...facts },
  });
}
