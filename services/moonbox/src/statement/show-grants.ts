/** SHOW GRANTS: who may read what; for others than an admin what holds for themselves. */
import type { Administration } from '../admin/administration.ts';
import type { StatementKind } from './contract.ts';
import { batchOf, textColumn } from './rows.ts';

const COLUMNS = ['grantee', 'kind', 'database', 'table', 'columns', 'privilege', 'granted_by'].map(textColumn);

export function showGrants(administration: Administration): StatementKind {
  return {
    head: ['SHOW', 'GRANTS'],
    syntax: 'SHOW GRANTS',
    read(tokens) {
      tokens.end();
      return {
        tag: 'SHOW GRANTS',
        columns: COLUMNS,
        async run({ principal }) {
          const rows = administration
            .grants(principal)
            .map((grant) => [
              grant.subject ?? grant.role,
              grant.role === null ? 'user' : 'role',
              grant.database,
              grant.table,
              grant.columns?.join(', ') ?? null,
              'select',
              grant.grantedBy,
            ]);
          return batchOf(COLUMNS, rows);
        },
      };
    },
  };
}
