/** Decides what a MySQL or MariaDB source is told of the statement: its own tables with the columns the user sees, and the values of parameters. */
import { NotProven } from '@rtdp/sql/mysql-value';
import type { MysqlColumn, MysqlNames } from '@rtdp/sql/print-mysql';
import { MysqlTableScope } from '@rtdp/sql/print-mysql-from';
import { quoteMysqlName } from '@rtdp/sql/print-mysql-literal';
import { MysqlQueryPrinter } from '@rtdp/sql/print-mysql-query';
import type { QueryFacts } from '@rtdp/sql/query-context';
import type { RangeVar } from '@rtdp/sql/syntax-tree';
import { hasIntersect, hasWindows } from '@rtdp/stores/mysql/version';
import type { PlannerContext, PlannerTable } from './contract.ts';
import { judgeJoins } from './judge-joins.ts';
import { mysqlCollation, mysqlColumn, mysqlVersion } from './mysql-column.ts';

export interface MysqlSourceOptions {
  readonly facts: QueryFacts;
  readonly tables: ReadonlyMap<RangeVar, PlannerTable>;
  readonly aliases: ReadonlyMap<RangeVar, string>;
  readonly context: PlannerContext;
  readonly now: Date;
}

/** A printer of statements for one source. It throws NotProven for what is not that source's, or not proven to mean the same there. */
export function mysqlPrinter(store: string, options: MysqlSourceOptions): MysqlQueryPrinter {
  const { facts, tables, aliases, context, now } = options;
  const serverFacts = context.facts.get(store);
  const server = mysqlVersion(serverFacts);
  const folded = [...aliases.values()].map((alias) => alias.toLowerCase());
  return new MysqlQueryPrinter({
    facts,
    now,
    parameter: (number) => context.parameters?.[number - 1],
    byteCollation: mysqlCollation(serverFacts),
    isModern: server !== undefined && hasWindows(server),
    hasIntersect: server !== undefined && hasIntersect(server),
    taken: new Set(folded),
    table: (node) => {
      const table = tables.get(node);
      if (table?.store !== store) throw new NotProven('a table is not one of the source');
      // Some servers do not tell names apart by their case.
      if (new Set(folded).size < folded.length) throw new NotProven('two tables have names that differ only in case');
      const alias = aliases.get(node)!;
      return {
        sql: `${quoteMysqlName(table.remoteSchema)}.${quoteMysqlName(table.remoteTable)}`,
        alias,
        columns: table.columns.map((column) => ({
          name: column.name,
          value: mysqlColumn(alias, column, serverFacts),
        })),
      };
    },
    judgeJoins: (select) => judgeJoins(select, facts, tables),
  });
}

/** The values of conditions that go with a part of the source: over the columns of any table of the statement. */
export function mysqlNames(store: string, options: MysqlSourceOptions): MysqlNames {
  const { facts, tables, aliases, context } = options;
  const column = (reference: object): MysqlColumn | null => {
    const origin = facts.columns.get(reference);
    const table = origin?.table == null ? undefined : tables.get(origin.table);
    if (origin?.table == null || table === undefined || origin.merged) return null;
    return mysqlColumn(aliases.get(origin.table)!, table.columns[origin.index]!, context.facts.get(table.store));
  };
  return mysqlPrinter(store, options).valuesOver(new MysqlTableScope(column));
}
