/** SHOW MOUNTS: the stores behind the databases, and whether they were well when they were looked at last. */
import type { Administration } from '../admin/administration.ts';
import type { StatementKind } from './contract.ts';
import { batchOf, countColumn, textColumn } from './rows.ts';

const COLUMNS = [
  textColumn('name'),
  textColumn('kind'),
  textColumn('address'),
  textColumn('state'),
  countColumn('tables'),
  textColumn('empty_schemas'),
  textColumn('refreshed_at'),
  textColumn('error'),
];

export function showMounts(administration: Administration): StatementKind {
  return {
    head: ['SHOW', 'MOUNTS'],
    syntax: 'SHOW MOUNTS',
    read(tokens) {
      tokens.end();
      return {
        tag: 'SHOW MOUNTS',
        columns: COLUMNS,
        async run({ principal }) {
          const rows = administration.mounts(principal).map(({ mount, tables, emptySchemas }) => {
            const { host, port, database } = mount.connection;
            return [
              mount.name,
              mount.kind,
              `${host}:${port}/${database}`,
              mount.error === null ? 'ok' : 'failing',
              tables,
              emptySchemas.join(', ') || null,
              mount.refreshedAt?.toISOString() ?? null,
              mount.error?.message ?? null,
            ];
          });
          return batchOf(COLUMNS, rows);
        },
      };
    },
  };
}
