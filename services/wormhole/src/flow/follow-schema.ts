/** Decides how far a sink table can follow a change of schema that is not compatible as a whole. */

import { diffSchemas, type SchemaDiff } from '@rtdp/ums/schema-diff';
import type { UmsField } from '@rtdp/ums/types';

/** The fields a sink table gets when a source with the fields `next` is to be written to it, and how to come there. */
export interface Target {
  fields: UmsField[];
  diff: SchemaDiff;
}

/**
 * What stays true of every stored row: columns never go, new ones may be null, types only widen, nothing becomes NOT NULL.
 * The key must be the same; undefined when it is not, because rows would be identified in another way.
 */
export function followAsFarAsPossible(current: readonly UmsField[], next: readonly UmsField[]): Target | undefined {
  const keyOf = (fields: readonly UmsField[]): string =>
    JSON.stringify(
      fields
        .filter((field) => field.key === true)
        .map((field) => field.name)
        .sort(),
    );
  if (keyOf(current) !== keyOf(next)) return undefined;
  const byName = new Map(next.map((field) => [field.name, field]));
  const fields = current.map((field) => {
    const now = byName.get(field.name);
    if (now === undefined) return field.key === true ? field : { ...field, nullable: true };
    const merged = { ...now, nullable: field.nullable || now.nullable };
    const follows = diffSchemas([field], [merged]).compatible;
    return follows ? merged : { ...field, nullable: merged.nullable };
  });
  const known = new Set(current.map((field) => field.name));
  for (const field of next) if (!known.has(field.name)) fields.push({ ...field, nullable: true });
  return { fields, diff: diffSchemas(current, fields) };
}
