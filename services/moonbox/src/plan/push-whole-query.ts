/** Decides whether one Postgres source can answer the whole query, and with which statement: then everything Postgres can do works. */
import type { BoundQuery } from '@rtdp/sql/bind-query';
import { checkSourceQuery } from '@rtdp/sql/check-source-query';
import type { Statement } from '@rtdp/sql/expression';
import { printPostgres } from '@rtdp/sql/print-postgres';
import { SqlError } from '@rtdp/sql/problem';
import type { RangeVar, SelectStmt } from '@rtdp/sql/syntax-tree';
import type { PlannerContext, PlannerTable } from './contract.ts';
import { chooseAliases, isPinned, toSourceTree } from './source-tree.ts';

/** Collations in which texts are ordered by their bytes. */
export function ordersByBytes(context: PlannerContext, store: string): boolean {
  const facts = context.facts.get(store);
  return facts !== undefined && /^(c|posix|ucs_basic|pg_c_utf8|c\.utf-?8|c\.utf8)$/i.test(facts.collation);
}

/** Columns of texts are compared by bytes at the source: its own collation, and each column's. */
export function isByteOrdered(context: PlannerContext, table: PlannerTable): boolean {
  const own = (collation: string | null | undefined): boolean =>
    collation === undefined ||
    collation === null ||
    /^(default|c|posix|ucs_basic|pg_c_utf8|c\.utf-?8)$/i.test(collation);
  return ordersByBytes(context, table.store) && table.columns.every(({ collation }) => own(collation));
}

/** The statement for the source. Throws SqlError where it may not be sent anywhere. */
export function pushWholeQuery(
  statement: Statement,
  select: SelectStmt,
  tables: ReadonlyMap<RangeVar, PlannerTable>,
  bound: BoundQuery | null,
  context: PlannerContext,
): string {
  const problems = checkSourceQuery(statement, select);
  if (problems.length > 0) throw new SqlError(problems);
  const byteOrdered = [...tables.values()].every((table) => isByteOrdered(context, table));
  // An order of texts that nobody asked for would depend on where the table happens to be.
  const byBytes = !byteOrdered && (bound === null || bound.facts.ordersText);
  const names = {
    tables,
    facts: bound?.facts ?? null,
    aliases: bound === null ? ownAliases(tables) : chooseAliases(select, tables),
  };
  const declared = context.parameterTypes === undefined ? {} : { declared: context.parameterTypes };
  return printPostgres(
    toSourceTree(select, { names, wrap: byBytes || !isPinned(select, names), byBytes, ...declared }),
  );
}

/** Without knowing what each column means, the names must stay as they were written. */
function ownAliases(tables: ReadonlyMap<RangeVar, PlannerTable>): Map<RangeVar, string> {
  return new Map([...tables.keys()].map((table) => [table, table.alias?.aliasname ?? table.relname!]));
}
