/** SHOW TABLES [FROM database]: what the user may read. */
import type { Administration } from '../admin/administration.ts';
import type { StatementKind } from './contract.ts';
import { batchOf, countColumn, textColumn } from './rows.ts';

const COLUMNS = [
  textColumn('database'),
  textColumn('table'),
  textColumn('kind'),
  countColumn('row_estimate'),
  textColumn('sink_namespace'),
];

export function showTables(administration: Administration): StatementKind {
  return {
    head: ['SHOW', 'TABLES'],
    syntax: 'SHOW TABLES [FROM database]',
    read(tokens) {
      const from = tokens.skip('FROM') || tokens.skip('IN') ? tokens.name('name of the database') : undefined;
      tokens.end();
      return {
        tag: 'SHOW TABLES',
        columns: COLUMNS,
        async run({ principal, database }) {
          const name = from ?? database;
          const databases =
            name === undefined
              ? [...administration.seenBy(principal).databases.values()]
              : [administration.database(principal, name)];
          const rows = databases
            .flatMap(({ tables }) => [...tables.values()])
            .map(({ table }) => [
              table.database,
              table.name,
              table.definition.kind,
              table.definition.rowEstimate === null ? null : Math.round(table.definition.rowEstimate),
              table.sinkNamespace,
            ]);
          return batchOf(COLUMNS, rows);
        },
      };
    },
  };
}
