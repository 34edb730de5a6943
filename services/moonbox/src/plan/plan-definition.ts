/** Decides what a view is made of when it is defined: each `*` becomes the columns of now, each name the table and the columns that it stands for. */
import { Statement } from '@rtdp/sql/expression';
import { parseStatement } from '@rtdp/sql/parse';
import { printPostgres } from '@rtdp/sql/print-postgres';
import { SqlError } from '@rtdp/sql/problem';
import type { QueryFacts } from '@rtdp/sql/query-context';
import { columnNode, rewrite, type SelectStmt, targetNode } from '@rtdp/sql/syntax-tree';
import type { Definition, PlanDefinition, PlannerRelation } from './contract.ts';
import { expandViews, readsParameter } from './expand-views.ts';
import { columnNamesIn } from './leave-out-unnamed.ts';
import { planQuery, tryToBind } from './plan-query.ts';
import { withColumns } from './with-columns.ts';

export const planDefinition: PlanDefinition = (sql, context) => {
  const asked = new Map<string, { written: Definition['bases'][number]['written']; relation: PlannerRelation }>();
  const recording = {
    ...context,
    findTable: (database: string | undefined, name: string) => {
      const relation = context.findTable(database, name);
      const written = { database: database ?? null, name };
      if (relation !== undefined) asked.set(JSON.stringify(written), { written, relation });
      return relation;
    },
  };
  // Whatever may not be asked at all is refused here.
  const { tablesRead } = planQuery(sql, recording);
  const statement = new Statement(sql, undefined, { ordersTextByBytes: true });
  const node = parseStatement(sql);
  const { SelectStmt: select } = node as { SelectStmt: SelectStmt };
  if (readsParameter(select)) {
    const next = 'Write the value; whoever reads the view gives conditions of its own.';
    throw new SqlError([statement.problem('SQL_UNSUPPORTED', 'A view has no parameters.', next, undefined)]);
  }
  const expanded = expandViews(statement, select, recording);
  const bound = tryToBind(statement, expanded.select, expanded.tables, recording, new Date());
  const isBound = 'sql' in bound;
  // Where only the source knows the names, a column counts as read if its name is written anywhere.
  const written = isBound ? 'all' : columnNamesIn(select);
  const bases = [...asked.values()].map(({ written: name, relation }) => {
    const { database, name: table } = relation;
    const uses = tablesRead.filter(
      (use) => use.database === database && use.table === table && use.through === undefined,
    );
    const read = new Set(uses.flatMap(({ columns }) => columns));
    const columns = relation.columns
      .map((column) => column.name)
      .filter((column) => read.has(column) && (written === 'all' || written.has(column)));
    const [anyone] = relation.columns;
    // Rows are counted by a column too.
    const kept = columns.length > 0 || anyone === undefined ? columns : [anyone.name];
    return { written: name, database, table, columns: kept };
  });
  const text = isBound ? withoutStars(sql, select, bound.facts) : sql;
  requireSound(text, recording, bases);
  return { sql: text, bases };
};

/** Over nothing but these columns it must mean the same: that is all it will ever see. */
function requireSound(sql: string, context: Parameters<PlanDefinition>[1], bases: Definition['bases']): void {
  planQuery(sql, {
    ...context,
    findTable: (database, name) => {
      const base = bases.find(({ written }) => written.database === (database ?? null) && written.name === name);
      const relation = context.findTable(database, name);
      return base === undefined || relation === undefined ? relation : withColumns(relation, base.columns);
    },
  });
}

/** The text as it was written where there is no `*` in it. */
function withoutStars(sql: string, select: SelectStmt, facts: QueryFacts): string {
  const written = rewrite({ SelectStmt: select }, (node) => {
    if (!('ResTarget' in node)) return undefined;
    return facts.stars
      .get(node.ResTarget)
      ?.map(({ name, alias }) => targetNode(alias === '' ? columnNode(name) : columnNode(alias, name)));
  });
  return written.SelectStmt === select ? sql : printPostgres(written.SelectStmt);
}
