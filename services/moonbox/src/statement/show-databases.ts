/** SHOW DATABASES: what the user may read something of. */
import type { Administration } from '../admin/administration.ts';
import type { StatementKind } from './contract.ts';
import { batchOf, countColumn, textColumn } from './rows.ts';

const COLUMNS = [textColumn('database'), textColumn('kind'), countColumn('tables')];

export function showDatabases(administration: Administration): StatementKind {
  return {
    head: ['SHOW', 'DATABASES'],
    syntax: 'SHOW DATABASES',
    read(tokens) {
      tokens.end();
      return {
        tag: 'SHOW DATABASES',
        columns: COLUMNS,
        async run({ principal }) {
          const rows = [...administration.seenBy(principal).databases.values()].map(({ database, tables }) => [
            database.name,
            database.mount?.kind ?? 'logical',
            tables.size,
          ]);
          return batchOf(COLUMNS, rows);
        },
      };
    },
  };
}
