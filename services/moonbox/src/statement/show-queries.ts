/** SHOW QUERIES: what runs, and what ran last. */
import type { Administration } from '../admin/administration.ts';
import type { StatementKind } from './contract.ts';
import { batchOf, countColumn, textColumn } from './rows.ts';

const COLUMNS = [
  textColumn('id'),
  textColumn('user_name'),
  textColumn('state'),
  textColumn('started_at'),
  countColumn('milliseconds'),
  countColumn('rows'),
  textColumn('error'),
  textColumn('sql'),
];
const LIMIT = 100;

export function showQueries(administration: Administration): StatementKind {
  return {
    head: ['SHOW', 'QUERIES'],
    syntax: 'SHOW QUERIES',
    read(tokens) {
      tokens.end();
      return {
        tag: 'SHOW QUERIES',
        columns: COLUMNS,
        async run({ principal }) {
          const { records } = await administration.queries(principal, { limit: LIMIT });
          const rows = records.map((record) => [
            record.id,
            record.name ?? record.subject,
            record.state,
            record.startedAt.toISOString(),
            Math.round(record.milliseconds),
            record.rows,
            record.error?.code ?? null,
            record.sql,
          ]);
          return batchOf(COLUMNS, rows);
        },
      };
    },
  };
}
