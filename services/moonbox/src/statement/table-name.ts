/** Decides how a table is named in the gateway's own statements. */
import type { Tokens } from './tokens.ts';

/** `table`, or `database.table`. */
export function readTableName(tokens: Tokens): { database: string | undefined; table: string } {
  const first = tokens.name('name of the table');
  return tokens.skip('.')
    ? { database: first, table: tokens.name('name of the table') }
    : { database: undefined, table: first };
}
