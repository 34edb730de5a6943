/** Binds WITH: named queries that later ones may read, and those that read themselves. */
import type { CommonTableExpr, Node, SelectStmt } from 'libpg-query';
import { namesOf } from './bind-expression.ts';
import { branchColumn, toCommon } from './bind-query-set.ts';
import { walk } from './check-stateless.ts';
import { describeType, FREE_NUMERIC, isFixed, isFloat, type PgType, sameType, TEXT } from './pg-type.ts';
import type { BoundSelect, CommonTable, CommonTables, QueryContext, QueryNames } from './query-context.ts';
import { isPlainKey } from './query-keys.ts';

/** The names that can be read in the SELECT, and what stands behind the word WITH in the engine's SQL. */
export function bindCommonTables(
  context: QueryContext,
  select: SelectStmt,
  outer: QueryNames | null,
  known: CommonTables,
): { commonTables: CommonTables; printed: string } {
  const { statement } = context;
  const { withClause } = select;
  if (withClause === undefined) return { commonTables: known, printed: '' };
  const commonTables = new Map<string, CommonTable>(known);
  const printed: string[] = [];
  for (const node of withClause.ctes ?? []) {
    if (!('CommonTableExpr' in node)) continue;
    const { ctename, ctequery, aliascolnames, location } = node.CommonTableExpr;
    if (ctequery === undefined || !('SelectStmt' in ctequery)) {
      throw statement.refuse('SQL_UNSUPPORTED', `WITH ${ctename} is not a SELECT.`, 'Write a SELECT.', location);
    }
    const engineName = context.name('w');
    const uses = withClause.recursive === true ? usesOf(ctename!, ctequery.SelectStmt) : 0;
    const bound =
      uses > 0
        ? bindRecursion(context, node.CommonTableExpr, ctequery.SelectStmt, outer, commonTables, engineName)
        : context.bindSelect(ctequery.SelectStmt, outer, commonTables);
    printed.push(`${engineName} AS (${bound.sql})`);
    const names = namesOf(aliascolnames);
    const columns = bound.columns.map((column, index) => ({ ...column, name: names[index] ?? column.name }));
    commonTables.set(ctename!, { engineName, columns, node: node.CommonTableExpr });
  }
  return { commonTables, printed: `${withClause.recursive === true ? 'RECURSIVE ' : ''}${printed.join(', ')}` };
}

/** How often a tree reads the name, where no WITH inside it defines it anew. */
function usesOf(name: string, tree: unknown): number {
  if (Array.isArray(tree)) return tree.reduce((sum: number, item) => sum + usesOf(name, item), 0);
  if (typeof tree !== 'object' || tree === null) return 0;
  const { withClause, relname, schemaname } = tree as Partial<SelectStmt> & { relname?: string; schemaname?: string };
  if (relname === name && schemaname === undefined) return 1;
  const hides = (withClause?.ctes ?? []).some(
    (node) => 'CommonTableExpr' in node && node.CommonTableExpr.ctename === name,
  );
  return hides ? 0 : Object.values(tree).reduce((sum: number, item) => sum + usesOf(name, item), 0);
}

/** `first UNION [ALL] next`, where `next` reads the rows that the round before has found. */
function bindRecursion(
  context: QueryContext,
  node: CommonTableExpr,
  select: SelectStmt,
  outer: QueryNames | null,
  known: CommonTables,
  engineName: string,
): BoundSelect {
  const { statement, facts } = context;
  const { ctename, location } = node;
  const refuse = (what: string, next: string): Error => statement.refuse('SQL_UNSUPPORTED', what, next, location);
  const form = 'Write: first rows UNION ALL the next ones, which read it once in FROM.';
  const { larg, rarg } = select;
  if (node.search_clause !== undefined || node.cycle_clause !== undefined)
    throw refuse('SEARCH and CYCLE are not proven.', 'Carry a path or a depth in a column.');
  if (select.op !== 'SETOP_UNION' || larg === undefined || rarg === undefined || usesOf(ctename!, larg) > 0)
    throw refuse(`${ctename} reads itself in another form than a UNION.`, form);
  if (select.sortClause !== undefined || select.limitCount !== undefined || select.limitOffset !== undefined)
    throw refuse('ORDER BY and LIMIT have no meaning in a query that reads itself.', 'Write them outside.');
  if (!isReadOnce(ctename!, rarg)) throw refuse(`${ctename} reads itself elsewhere than once in FROM.`, form);
  const first = context.bindSelect(larg, outer, known);
  // Values of later rounds may have another scale, so nothing is known of it.
  const columns = first.columns.map(({ name, type }) => ({ name, type: recursiveType(type) }));
  const names = namesOf(node.aliascolnames);
  const itself: CommonTable = {
    engineName,
    columns: columns.map((column, index) => ({ ...column, name: names[index] ?? column.name })),
    node,
  };
  const next = context.bindSelect(rarg, outer, new Map([...known, [ctename!, itself]]), true);
  if (facts.correlated.has(larg) || facts.correlated.has(rarg))
    throw refuse('A query that reads itself and a row around it is not proven.', 'Compute it in a WITH at the top.');
  if (next.columns.length !== columns.length) {
    throw statement.refuse(
      'SQL_TYPE_MISMATCH',
      `The sides of the UNION in ${ctename} have ${columns.length} and ${next.columns.length} columns.`,
      'Give them the same columns.',
      location,
    );
  }
  for (const [index, { type, name }] of columns.entries()) {
    const other = next.columns[index]!.type;
    const isSame =
      other.name === type.name && (!isFixed(type) || sameType(type, other)) && type.length === other.length;
    if (isSame || other.name === 'unknown') continue;
    throw statement.refuse(
      'SQL_TYPE_MISMATCH',
      `The column ${name} of ${ctename} is ${describeType(type)} at first, and ${describeType(other)} later.`,
      `Cast the first to ${describeType(other)}.`,
      location,
    );
  }
  if (select.all !== true) {
    const unclear = columns.find(({ type }) => !isPlainKey(type) || isFloat(type));
    if (unclear !== undefined)
      throw refuse(
        `UNION of ${describeType(unclear.type)} in a query that reads itself is not proven.`,
        'Use UNION ALL.',
      );
  }
  const print = (side: BoundSelect): string => {
    const inner = context.name('q');
    const list = side.columns.map((column, index) => {
      const held = toCommon(context, branchColumn(column, `${inner}.c${index}`), columns[index]!.type);
      return `${held.sql} AS c${index}`;
    });
    return `(SELECT ${list.join(', ')} FROM (${side.sql}) AS ${inner})`;
  };
  return { columns, sql: `${print(first)} UNION${select.all === true ? ' ALL' : ''} ${print(next)}` };
}

function recursiveType(type: PgType): PgType {
  if (type.name === 'unknown') return TEXT;
  return isFixed(type) && type.written === undefined ? FREE_NUMERIC : type;
}

/** Once, as an item of FROM that no outer join fills up, without groups: what Postgres takes, too. */
function isReadOnce(name: string, select: SelectStmt): boolean {
  if (usesOf(name, select) !== 1 || select.larg !== undefined) return false;
  if (select.groupClause !== undefined || select.havingClause !== undefined) return false;
  let inside = false;
  walk(select, (kind, body) => {
    if (kind === 'SubLink' && usesOf(name, body) > 0) inside = true;
  });
  const isKept = (item: Node): boolean => {
    if (usesOf(name, item) === 0) return true;
    if (!('JoinExpr' in item)) return true;
    const { jointype, larg, rarg } = item.JoinExpr;
    const [left, right] = [usesOf(name, larg) > 0, usesOf(name, rarg) > 0];
    if (
      (left && jointype !== 'JOIN_INNER' && jointype !== 'JOIN_LEFT') ||
      (right && jointype !== 'JOIN_INNER' && jointype !== 'JOIN_RIGHT')
    )
      return false;
    return isKept(left ? larg! : rarg!);
  };
  return !inside && (select.fromClause ?? []).every(isKept);
}
