/** Decides which text of the source a key value in a request means: DBus asks in the JSON form of its type, a sink with its store's text. */
import type { UmsField, UmsValue } from '@rtdp/ums/types';
import { renderAsPostgres } from '../sources/postgres/type-map-render.ts';

/** Undefined for a value that is not there, or is neither of the two. */
export function keyTextOf(field: UmsField, value: UmsValue | undefined): string | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value === 'string' && isStoreText(field, value)) return value;
  try {
    return renderAsPostgres(field, value) ?? undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** Where the JSON form of a type is no text, or another one than Postgres' own. */
function isStoreText(field: UmsField, text: string): boolean {
  switch (field.type) {
    case 'boolean':
      return true;
    case 'binary':
      return text.startsWith('\\x');
    case 'jsonarray':
      return text.startsWith('{');
    default:
      return false;
  }
}
