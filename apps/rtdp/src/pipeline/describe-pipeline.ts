/** Decides what the reference of a pipeline file says: every key of every section, as the schemas of the services have it. Pure. */
import { z } from 'zod';
import { SHAPES } from './check-shapes.ts';
import { keyInFile, kindNamed } from './name-references.ts';
import { type Kind, SECTION_NAMES, SECTIONS, type Section } from './pipeline-kinds.ts';

type Shape = z.core.JSONSchema.BaseSchema;

interface DescribedKey {
  /** `[]`: in each of a list; `<name>`: in each of a group whose keys are names. */
  path: string;
  takes: string;
  leftOut: string;
  means: string;
}

const HEAD = `# Keys of a pipeline file

What [\`apply\`](quickstart-postgres.md) takes: a YAML file of these lists, each of which may be left out. \`\${NAME}\` in a text stands for the
environment variable, \`\${NAME:number}\` as a whole value for it as a number. Things name each other by their names. Of a source that is there already,
what is left out stays as it is. Examples: [shop.yaml](../deploy/demo/shop.yaml), [dashboard.yaml](../deploy/demo/dashboard.yaml).

A list that is left out says nothing about its kind; an empty one, such as \`flows: []\`, says that none is wanted. So \`apply --prune\` removes what the file
does not name only of the kinds whose lists it has.

\`a.b\` stands for \`b\` in the group \`a\`, \`a[].b\` for \`b\` in each of the list \`a\`, \`a.<name>.b\` for \`b\` in each of the group \`a\`, whose keys are names.
A key is needed where what holds it is given, in the form that has the key. \`id\` and \`version\` belong to the API; a file needs neither.

This page is made from the schemas that the services check with; \`describe-pipeline.test.ts\` says when it is out of date.
`;

export function describePipeline(): string {
  return [HEAD, ...SECTION_NAMES.map(describeSection)].join('\n');
}

function describeSection(section: Section): string {
  const lines = keysOf(section).map((each) => `| \`${each.path}\` | ${each.takes} | ${each.leftOut} | ${each.means} |`);
  const head = `## \`${section}\`\n\n| key | takes | when left out | |\n|---|---|---|---|\n`;
  return `${head}${lines.join('\n')}\n`;
}

function keysOf(section: Section): DescribedKey[] {
  const keys = new Map<string, DescribedKey>();
  const shape = z.toJSONSchema(SHAPES[section], { io: 'input', unrepresentable: 'any' });
  for (const found of keysIn(shape, SECTIONS[section], '')) {
    const known = keys.get(found.path);
    keys.set(found.path, known === undefined ? found : both(known, found));
  }
  return [...keys.values()];
}

function* keysIn(shape: Shape, kind: Kind, above: string): Generator<DescribedKey> {
  for (const variant of variantsOf(shape)) {
    for (const [key, part] of Object.entries((variant.properties ?? {}) as Record<string, Shape>)) {
      const path = [...(above === '' ? [] : [above]), keyInFile(kind, key)].join('.');
      const named = kindNamed(kind, key);
      const takes = named === undefined ? typeOf(part) : `name of a ${named}`;
      yield { path, takes, leftOut: leftOutOf(key, part, variant), means: inCell(part.description ?? '') };
      yield* keysIn(part, kind, path);
    }
    if (variant.type === 'array') yield* keysIn(variant.items as Shape, kind, `${above}[]`);
    if (isOfNames(variant)) yield* keysIn(variant.additionalProperties, kind, `${above}.<name>`);
  }
}

/** A key that several shapes of one thing have. */
function both(one: DescribedKey, other: DescribedKey): DescribedKey {
  const joined = (a: string, b: string): string => [...new Set([...a.split(OR), ...b.split(OR)])].join(OR);
  return {
    path: one.path,
    takes: joined(one.takes, other.takes),
    leftOut: joined(one.leftOut, other.leftOut),
    means: one.means === '' ? other.means : one.means,
  };
}

const OR = ' or ';

function variantsOf(shape: Shape): Shape[] {
  const variants = (shape.anyOf ?? shape.oneOf) as Shape[] | undefined;
  return variants === undefined ? [shape] : variants.flatMap(variantsOf);
}

function isOfNames(shape: Shape): shape is Shape & { additionalProperties: Shape } {
  return typeof shape.additionalProperties === 'object' && shape.properties === undefined;
}

function typeOf(shape: Shape): string {
  return [...new Set(variantsOf(shape).map(typeOfVariant))].join(OR);
}

function typeOfVariant(shape: Shape): string {
  if (shape.const !== undefined) return code(shape.const);
  if (shape.enum !== undefined) return shape.enum.map(code).join(OR);
  switch (shape.type) {
    case 'array':
      return `list of: ${typeOf(shape.items as Shape)}`;
    case 'object':
      return isOfNames(shape) ? 'group of names' : 'group';
    case 'integer':
    case 'number':
      return `${shape.type === 'integer' ? 'whole number' : 'number'}${range(shape)}`;
    case 'string':
      return 'text';
    case 'boolean':
      return `${code(true)}${OR}${code(false)}`;
    case 'null':
      return code(null);
    default:
      return 'anything';
  }
}

function range({ minimum = Number.MIN_SAFE_INTEGER, maximum = Number.MAX_SAFE_INTEGER }: Shape): string {
  if (minimum === Number.MIN_SAFE_INTEGER && maximum === Number.MAX_SAFE_INTEGER) return '';
  if (maximum === Number.MAX_SAFE_INTEGER) return `, at least ${minimum}`;
  return minimum === Number.MIN_SAFE_INTEGER ? `, at most ${maximum}` : `, ${minimum} to ${maximum}`;
}

function leftOutOf(key: string, part: Shape, group: Shape): string {
  if (part.default === undefined) return group.required?.includes(key) === true ? '**needed**' : '–';
  const isGroup = typeof part.default === 'object' && part.default !== null && !Array.isArray(part.default);
  return isGroup && !isOfNames(part) ? 'as its keys' : code(part.default);
}

function code(value: unknown): string {
  return `\`${typeof value === 'string' && value !== '' ? value : JSON.stringify(value)}\``;
}

function inCell(text: string): string {
  return text.replaceAll(/[|*]/g, '\\$&').replaceAll('<', '&lt;').replaceAll('\n', ' ');
}
