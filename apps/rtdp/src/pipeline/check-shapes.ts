/** Decides whether each thing of a pipeline file has the shape that its service takes, so that nothing is done where one has not. */
import { dashboardInputSchema } from '@rtdp/davinci-api/client/dashboards';
import { sourceInputSchema as dataSourceInputSchema } from '@rtdp/davinci-api/client/sources';
import { viewInputSchema } from '@rtdp/davinci-api/client/views';
import { widgetInputSchema } from '@rtdp/davinci-api/client/widgets';
import { sourceInputSchema } from '@rtdp/dbus/client';
import { mountRequestSchema } from '@rtdp/moonbox/client/mounts';
import { inputProblem } from '@rtdp/service/input-problems';
import { flowInputSchema } from '@rtdp/wormhole/client';
import type { z } from 'zod';
import { keyInFile, withAnyIds } from './name-references.ts';
import { type Kind, SECTIONS, type Section } from './pipeline-kinds.ts';
import type { Place, PlacedYaml } from './placed-yaml.ts';

/** Of what is new. */
export const SHAPES: Readonly<Record<Section, z.ZodType>> = {
  sources: sourceInputSchema,
  flows: flowInputSchema,
  mounts: mountRequestSchema,
  dataSources: dataSourceInputSchema,
  views: viewInputSchema,
  widgets: widgetInputSchema,
  dashboards: dashboardInputSchema,
};

/** What is left out of a source that is there stays as it is; of a new one, its service says what is missing. */
const SHAPES_IN_FILE = { ...SHAPES, sources: sourceInputSchema.partial().required({ name: true }) };

interface ShapeProblem {
  /** In the thing, as the file writes it. */
  path: (string | number)[];
  /** What is wrong at `path`, where that is a key. */
  key?: string;
  message: string;
}

/** What is wrong with a thing that stands at a path of a file, with the places. */
export function placedShapeProblems(
  section: Section,
  definition: Record<string, unknown>,
  { placeOf }: PlacedYaml,
  above: readonly PropertyKey[],
): (Place & { message: string })[] {
  const { name } = definition;
  const whose = typeof name === 'string' ? `${SECTIONS[section]} ${name}` : SECTIONS[section];
  return shapeProblems(section, definition).map(({ path, key, message }) => {
    const where = path.length === 0 ? '' : `${path.join('.')}: `;
    return { ...placeOf([...above, ...path], key), message: `${whose}: ${where}${message}` };
  });
}

function shapeProblems(section: Section, definition: Record<string, unknown>): ShapeProblem[] {
  const kind = SECTIONS[section];
  const { success, error } = SHAPES_IN_FILE[section].safeParse(withAnyIds(kind, definition), {
    error: (issue) => inputProblem(issue, (key) => keyInFile(kind, key)),
  });
  return success ? [] : error.issues.flatMap((issue) => problemsOf(issue, kind, definition));
}

type Issue = z.core.$ZodIssue;

function problemsOf(issue: Issue, kind: Kind, definition: unknown, above: Issue['path'] = []): ShapeProblem[] {
  const path = [...above, ...issue.path];
  if (issue.code === 'invalid_union' && issue.errors.length > 0) {
    // Of several shapes that it could have had, the one that it nearly has.
    const [nearest] = [...issue.errors].sort((one, other) => one.length - other.length);
    return nearest!.flatMap((inner) => problemsOf(inner, kind, definition, path));
  }
  const place = pathInFile(path, kind, definition);
  const key = issue.code === 'unrecognized_keys' ? { key: issue.keys[0]! } : {};
  return [{ path: place, ...key, message: issue.message }];
}

function pathInFile(path: readonly PropertyKey[], kind: Kind, definition: unknown): ShapeProblem['path'] {
  let held = definition;
  return path.map((part) => {
    const inFile = typeof held === 'object' && held !== null && part in held;
    const key = typeof part === 'number' ? part : inFile ? String(part) : keyInFile(kind, String(part));
    held = (held as Record<string | number, unknown> | undefined | null)?.[key];
    return key;
  });
}
