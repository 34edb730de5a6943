/** Decides how a file says what Davinci says by ids: a view names its data source, a widget its view, a dashboard its widgets and views. */
import { didYouMean } from '@rtdp/sql/nearest-name';
import { RtdpError } from '@rtdp/ums/error';
import type { Kind } from './pipeline-kinds.ts';

/** Key in a file → key in the API, and what it names. */
const REFERENCES = {
  source: { id: 'sourceId', kind: 'data source' },
  view: { id: 'viewId', kind: 'view' },
  widget: { id: 'widgetId', kind: 'widget' },
} as const;

type Reference = keyof typeof REFERENCES;

/** Which references a kind has, and whether they stand deep inside of it. */
const OF_KIND: Partial<Record<Kind, { keys: readonly Reference[]; deep: boolean }>> = {
  view: { keys: ['source'], deep: false },
  widget: { keys: ['view'], deep: false },
  dashboard: { keys: ['view', 'widget'], deep: true },
};

/** Name → ids, for each kind that can be named: of some kinds several may have one name. */
export type KnownIds = Readonly<Partial<Record<Kind, ReadonlyMap<string, readonly string[]>>>>;

/** The definition as the API takes it. @throws RtdpError RTDP_REFERENCE_UNKNOWN, RTDP_NAME_AMBIGUOUS */
export function withIds(kind: Kind, definition: Record<string, unknown>, known: KnownIds): Record<string, unknown> {
  return renamed(kind, definition, (key, value, path) => {
    const reference = REFERENCES[key as Reference];
    if (reference === undefined) return undefined;
    const names = [...(known[reference.kind]?.keys() ?? [])];
    const [id, ...more] = known[reference.kind]?.get(String(value)) ?? [];
    if (more.length > 0) throw ambiguous(reference.kind, value, 1 + more.length);
    if (id !== undefined) return [reference.id, id];
    throw new RtdpError({
      code: 'RTDP_REFERENCE_UNKNOWN',
      message: `${kind} ${JSON.stringify(definition.name)} names the ${reference.kind} ${JSON.stringify(value)}, which does not exist`,
      next:
        didYouMean(String(value), names) ??
        `Add it to the file, or name one that exists: ${names.slice(0, 5).join(', ') || 'there is none'}.`,
      facts: { kind, name: definition.name, [reference.id]: value, path },
    });
  });
}

export function ambiguous(kind: Kind, name: unknown, count: number): RtdpError {
  return new RtdpError({
    code: 'RTDP_NAME_AMBIGUOUS',
    message: `${count} ${kind}s are called ${JSON.stringify(name)}, so the file does not say which one it means`,
    next: 'Rename or remove all but one of them, then run the same command again.',
    facts: { kind, name, count },
  });
}

/** The definition as the API takes it, whatever its names stand for: to look at its shape alone. */
export function withAnyIds(kind: Kind, definition: Record<string, unknown>): Record<string, unknown> {
  return renamed(kind, definition, (key) => {
    const reference = REFERENCES[key as Reference];
    return reference === undefined ? undefined : [reference.id, ANY_ID];
  });
}

const ANY_ID = '00000000-0000-4000-8000-000000000000';

/** A key of the API as a file of this kind says it. */
export function keyInFile(kind: Kind, key: string): string {
  return OF_KIND[kind]?.keys.find((name) => REFERENCES[name].id === key) ?? key;
}

/** What a key of the API names in a file of this kind, if it names anything. */
export function kindNamed(kind: Kind, key: string): Kind | undefined {
  const name = OF_KIND[kind]?.keys.find((each) => REFERENCES[each].id === key);
  return name && REFERENCES[name].kind;
}

/** What the API tells, as a file would say it; an id that nobody knows stays. */
export function withNames(kind: Kind, kept: Record<string, unknown>, known: KnownIds): Record<string, unknown> {
  return renamed(kind, kept, (key, value) => {
    const found = Object.entries(REFERENCES).find(([, { id }]) => id === key);
    if (found === undefined) return undefined;
    const [name, reference] = found;
    for (const [itsName, ids] of known[reference.kind] ?? []) if (ids.includes(value as string)) return [name, itsName];
    return [name, value];
  });
}

type Rename = (key: string, value: unknown, path: (string | number)[]) => [key: string, value: unknown] | undefined;

function renamed(kind: Kind, definition: Record<string, unknown>, rename: Rename): Record<string, unknown> {
  const rule = OF_KIND[kind];
  if (rule === undefined) return definition;
  const allowed = new Set<string>(rule.keys.flatMap((key) => [key, REFERENCES[key].id]));
  const walk = (value: unknown, path: (string | number)[]): unknown => {
    if (path.length > 0 && !rule.deep) return value;
    if (Array.isArray(value)) return value.map((part, at) => walk(part, [...path, at]));
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(
      Object.entries(value).map(
        ([key, part]) =>
          (allowed.has(key) && typeof part === 'string' ? rename(key, part, [...path, key]) : undefined) ?? [
            key,
            walk(part, [...path, key]),
          ],
      ),
    );
  };
  return walk(definition, []) as Record<string, unknown>;
}
