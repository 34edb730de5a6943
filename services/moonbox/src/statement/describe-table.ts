/** DESCRIBE table: the columns that the user may read. */
import { describeType } from '@rtdp/sql/pg-type';
import type { Administration } from '../admin/administration.ts';
import type { StatementKind } from './contract.ts';
import { batchOf, textColumn } from './rows.ts';
import { readTableName } from './table-name.ts';

const COLUMNS = ['column', 'type', 'source_type', 'nullable', 'key', 'comment'].map(textColumn);

export function describeTable(administration: Administration, word: 'DESCRIBE' | 'DESC'): StatementKind {
  return {
    head: [word],
    syntax: 'DESCRIBE [database.]table',
    read(tokens) {
      const named = readTableName(tokens);
      tokens.end();
      return {
        tag: 'DESCRIBE',
        columns: COLUMNS,
        async run({ principal, database }) {
          const { planned } = administration.table(principal, named.database ?? database, named.table);
          const rows = planned.columns.map((column) => [
            column.name,
            describeType(column.type),
            column.typeText,
            column.nullable ? 'yes' : 'no',
            planned.primaryKey.some((key) => key === column.name) ? 'primary' : null,
            column.comment ?? null,
          ]);
          return batchOf(COLUMNS, rows);
        },
      };
    },
  };
}
