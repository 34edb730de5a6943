/** CREATE [OR REPLACE] VIEW and ALTER VIEW: a SELECT under a name in a logical database, run with the rights of whoever defined it. */
import { RtdpError } from '@rtdp/ums/error';
import type { ViewAdministration } from '../admin/view-administration.ts';
import type { StatementKind } from './contract.ts';
import { readTableName } from './table-name.ts';

interface Way {
  head: StatementKind['head'];
  replace: boolean;
  mustExist: boolean;
}

const WAYS: readonly Way[] = [
  { head: ['CREATE', 'VIEW'], replace: false, mustExist: false },
  { head: ['CREATE', 'OR', 'REPLACE', 'VIEW'], replace: true, mustExist: false },
  { head: ['ALTER', 'VIEW'], replace: true, mustExist: true },
];

export function createViewKinds(views: ViewAdministration): StatementKind[] {
  return WAYS.map(({ head, replace, mustExist }) => ({
    head,
    syntax: `${head.join(' ')} database.view [(column, …)] AS SELECT …`,
    read(tokens) {
      const named = readTableName(tokens);
      const columns: string[] = [];
      if (tokens.skip('(')) {
        do columns.push(tokens.name('name of a column'));
        while (tokens.skip(','));
        tokens.expect(')');
      }
      tokens.expect('AS');
      if (tokens.isAtEnd) throw tokens.fail('a SELECT was expected');
      const sql = tokens.restInPlace();
      const tag = head.includes('ALTER') ? 'ALTER VIEW' : 'CREATE VIEW';
      return {
        tag,
        columns: null,
        async run({ principal, database, queries, signal }) {
          const request = {
            database: inDatabase(named, database),
            name: named.table,
            kind: 'view' as const,
            sql,
            replace,
            mustExist,
            defaultDatabase: database,
            ...(columns.length === 0 ? {} : { columns }),
          };
          await views.define(principal, request, queries, signal);
          return undefined;
        },
      };
    },
  }));
}

/** Of what is defined: a name that stands alone is one of the default database. */
export function inDatabase(
  named: { database: string | undefined; table: string },
  defaultDatabase: string | undefined,
): string {
  const database = named.database ?? defaultDatabase;
  if (database !== undefined) return database;
  throw new RtdpError({
    code: 'MOONBOX_STATEMENT_INVALID',
    message: `nothing says in which database "${named.table}" is`,
    next: `Write database.${named.table}.`,
    facts: { name: named.table },
  });
}
