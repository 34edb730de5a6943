/** REFRESH DATABASE and REFRESH TABLE: tables, columns, keys and row counts are read anew from the store. */
import type { Administration } from '../admin/administration.ts';
import type { ViewAdministration } from '../admin/view-administration.ts';
import type { StatementKind } from './contract.ts';
import { readTableName } from './table-name.ts';

export function refreshDatabase(administration: Administration): StatementKind {
  return {
    head: ['REFRESH', 'DATABASE'],
    syntax: 'REFRESH DATABASE name',
    read(tokens) {
      const name = tokens.name('name of the database');
      tokens.end();
      return {
        tag: 'REFRESH DATABASE',
        columns: null,
        run: async ({ principal }) => void (await administration.refresh(principal, name)),
      };
    },
  };
}

/** A look at a store takes all its tables, so that keys and names are of one moment. */
export function refreshTable(administration: Administration, views: ViewAdministration): StatementKind {
  return {
    head: ['REFRESH', 'TABLE'],
    syntax: 'REFRESH TABLE database.table',
    read(tokens) {
      const named = readTableName(tokens);
      tokens.end();
      return {
        tag: 'REFRESH TABLE',
        columns: null,
        async run({ principal, database }) {
          const name =
            named.database ?? database ?? administration.table(principal, undefined, named.table).table.database;
          if (administration.database(principal, name).database.mount === undefined) {
            await views.refresh(principal, name, named.table);
            return undefined;
          }
          await administration.refresh(principal, name);
          administration.table(principal, name, named.table);
          return undefined;
        },
      };
    },
  };
}
