/** Decides what a pipeline file is: YAML with `sources`, `flows`, and what shows their data, in which `${NAME}` stands for a variable. */
import { inputProblem } from '@rtdp/service/input-problems';
import { RtdpError } from '@rtdp/ums/error';
import { z } from 'zod';
import { readGivenFile } from '../session/given-file.ts';
import { placedShapeProblems } from './check-shapes.ts';
import { type Kind, SECTION_NAMES, SECTIONS, type Section } from './pipeline-kinds.ts';
import { type Place, readPlacedYaml } from './placed-yaml.ts';

const named = z.looseObject({ name: z.string().min(1) });
const pipelineSchema = z.strictObject({
  sources: z.array(named).optional(),
  flows: z.array(named).optional(),
  mounts: z.array(named).optional(),
  dataSources: z.array(named).optional(),
  views: z.array(named).optional(),
  widgets: z.array(named).optional(),
  dashboards: z.array(named).optional(),
} satisfies Record<Section, z.ZodType>);
/** Whatever the services take: a section that nothing knows is told like a key that nothing knows. */
const NEXT =
  'A pipeline file has the lists `sources`, `flows`, `mounts`, `dataSources`, `views`, `widgets` and `dashboards`; deploy/demo/shop.yaml and deploy/demo/dashboard.yaml are examples.';

export type Pipeline = z.output<typeof pipelineSchema>;
export type Variables = Readonly<Record<string, string | undefined>>;

/** Where in the file a part of a thing stands, by its path inside of that. */
export type PlaceOf = (kind: Kind, name: string, inside: readonly (string | number)[]) => Place;

interface PlacedPipeline {
  pipeline: Pipeline;
  placeOf: PlaceOf;
}

/** @throws RtdpError RTDP_PIPELINE_INVALID with line and column, RTDP_VARIABLE_MISSING. */
export function readPipelineFile(path: string, variables: Variables): Pipeline {
  return readPlacedPipeline(path, variables).pipeline;
}

/** The file is read once: it may be an input that is gone then. @throws as `readPipelineFile` */
export function readPlacedPipeline(path: string, variables: Variables): PlacedPipeline {
  return parsePlacedPipeline(readGivenFile(path), variables, path);
}

export function parsePipeline(text: string, variables: Variables, path?: string): Pipeline {
  return parsePlacedPipeline(text, variables, path).pipeline;
}

export function parsePlacedPipeline(text: string, variables: Variables, path = 'pipeline'): PlacedPipeline {
  const yaml = readPlacedYaml(text);
  if (yaml.errors.length > 0) throw invalid(path, 'is not YAML', yaml.errors, NEXT);
  const parsed = pipelineSchema.safeParse(yaml.value ?? {}, { error: (issue) => inputProblem(issue) });
  if (!parsed.success) {
    const problems = parsed.error.issues.map((issue) => {
      const key = issue.code === 'unrecognized_keys' ? issue.keys[0] : undefined;
      return { ...yaml.placeOf(issue.path, key), message: `${issue.path.join('.') || 'file'}: ${issue.message}` };
    });
    throw invalid(path, 'does not have the shape of a pipeline', problems, NEXT);
  }
  const pipeline = substituteVariables(parsed.data, variables, path) as Pipeline;
  for (const [kind, list] of Object.entries(pipeline)) {
    const names = list.map(({ name }) => name);
    const twice = names.find((name, at) => names.indexOf(name) !== at);
    if (twice !== undefined)
      throw invalid(path, `names ${twice} twice under ${kind}`, [], 'Rename or remove one of them.');
  }
  const problems = SECTION_NAMES.flatMap((section) =>
    (pipeline[section] ?? []).flatMap((thing, index) => placedShapeProblems(section, thing, yaml, [section, index])),
  );
  if (problems.length > 0) throw invalid(path, 'says what cannot be, so nothing was done', problems);
  const placeOf: PlaceOf = (kind, name, inside) => {
    const section = SECTION_NAMES.find((each) => SECTIONS[each] === kind)!;
    return yaml.placeOf([section, (pipeline[section] ?? []).findIndex((thing) => thing.name === name), ...inside]);
  };
  return { pipeline, placeOf };
}

function invalid(
  path: string,
  what: string,
  problems: (Place & { message: string })[],
  next = 'Correct the file at these places.',
): RtdpError {
  return new RtdpError({
    code: 'RTDP_PIPELINE_INVALID',
    message: `${path} ${what}`,
    next,
    facts: { path, problems: problems.sort((a, b) => a.line - b.line || a.column - b.column) },
  });
}

/** `${NAME}` anywhere in a text is replaced; `${NAME:number}` as a whole value gives a number. Values are never parsed as YAML. */
export function substituteVariables(value: unknown, variables: Variables, path: string): unknown {
  if (Array.isArray(value)) return value.map((part) => substituteVariables(part, variables, path));
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(
      Object.entries(value).map(([key, part]) => [key, substituteVariables(part, variables, path)]),
    );
  }
  if (typeof value !== 'string') return value;
  const number = /^\$\{([A-Za-z_][A-Za-z0-9_]*):number\}$/.exec(value);
  if (number?.[1] !== undefined) return Number(variable(number[1], variables, path));
  return value.replace(/\$\{([A-Za-z_][A-Za-z0-9_]*)\}/g, (_whole, name: string) => variable(name, variables, path));
}

function variable(name: string, variables: Variables, path: string): string {
  const value = variables[name];
  if (value !== undefined) return value;
  throw new RtdpError({
    code: 'RTDP_VARIABLE_MISSING',
    message: `${path} uses \${${name}}, which is not set`,
    next: `Set the environment variable ${name}, then run the same command again.`,
    facts: { path, variable: name },
  });
}
