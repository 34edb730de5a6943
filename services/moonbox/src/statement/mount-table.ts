/** MOUNT TABLE: a table of a mounted database under another name in a logical one, perhaps with some of its columns alone. */

import { mountedTableSql } from '../admin/mounted-table.ts';
import type { ViewAdministration } from '../admin/view-administration.ts';
import type { StatementKind } from './contract.ts';
import { inDatabase } from './create-view.ts';
import { readTableName } from './table-name.ts';
import { Tokens } from './tokens.ts';

const OPTIONS = ['source', 'columns'];

export function mountTable(views: ViewAdministration): StatementKind {
  return {
    head: ['MOUNT', 'TABLE'],
    syntax: "MOUNT TABLE database.table OPTIONS (source 'database.table' [, columns 'a, b'])",
    read(tokens) {
      const named = readTableName(tokens);
      const options = new Map<string, string>();
      tokens.expect('OPTIONS');
      tokens.expect('(');
      do {
        const option = tokens.name('name of an option');
        if (!OPTIONS.includes(option)) throw tokens.fail(`there is no option "${option}"`, OPTIONS, 'last');
        if (options.has(option)) throw tokens.fail(`option "${option}" is given twice`, [], 'last');
        tokens.skip('=');
        options.set(option, tokens.literal(`value of ${option}`));
      } while (tokens.skip(','));
      tokens.expect(')');
      tokens.end();
      const written = options.get('source');
      if (written === undefined) throw tokens.fail("the option source 'database.table' was expected");
      const inSource = new Tokens(written, tokens.syntax);
      const source = readTableName(inSource);
      inSource.end();
      const columns = options
        .get('columns')
        ?.split(',')
        .map((column) => column.trim());
      return {
        tag: 'MOUNT TABLE',
        columns: null,
        async run({ principal, database, queries, signal }) {
          const request = {
            database: inDatabase(named, database),
            name: named.table,
            kind: 'table' as const,
            sql: mountedTableSql(source, columns),
            replace: false,
            defaultDatabase: database,
          };
          await views.define(principal, request, queries, signal);
          return undefined;
        },
      };
    },
  };
}
