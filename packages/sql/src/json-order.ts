/** Decides whether a tree puts jsonb in order, or compares which of two is greater: at Postgres the texts in it follow the collation of the database. */
import type { A_Expr, FuncCall, Node, SelectStmt, SortBy, SubLink } from 'libpg-query';
import { namesOf } from './bind-expression.ts';
import { walk } from './check-stateless.ts';
import type { PgType } from './pg-type.ts';
import type { QueryFacts } from './query-context.ts';

const RANGES = new Set(['<', '<=', '>', '>=']);

/** `facts`: what binding the tree has found out. Equality and the grouping by jsonb are no order. */
export function ordersJson(tree: unknown, facts: QueryFacts): boolean {
  const isJson = (node: Node | undefined): boolean => node !== undefined && holdsJson(node, facts);
  let found = false;
  const visit = (kind: string, body: object): void => {
    switch (kind) {
      case 'A_Expr': {
        const { kind: form, name, lexpr, rexpr } = body as A_Expr;
        const isRange = RANGES.has(namesOf(name).join('.')) || form?.includes('BETWEEN') === true;
        found ||= isRange && (isJson(lexpr) || isJson(rexpr));
        return;
      }
      case 'SubLink': {
        const { operName, testexpr } = body as SubLink;
        found ||= RANGES.has(namesOf(operName).join('.')) && isJson(testexpr);
        return;
      }
      case 'MinMaxExpr':
        found ||= ((body as { args?: Node[] }).args ?? []).some(isJson);
        return;
      case 'FuncCall': {
        const { agg_distinct, args = [], funcname } = body as FuncCall;
        const name = namesOf(funcname).join('.');
        // The items of array_agg(DISTINCT …) come in their order.
        const isOrdered = name === 'min' || name === 'max' || (agg_distinct === true && name !== 'count');
        found ||= isOrdered && args.some(isJson);
        return;
      }
      case 'SortBy':
        found ||= isJson((body as SortBy).node);
        return;
      case 'SelectStmt':
        found ||= ordersResult(body as SelectStmt, facts);
        return;
      default:
    }
  };
  walk(tree, visit);
  return found;
}

/** ORDER BY the name or the position of a result column that is jsonb. */
function ordersResult(select: SelectStmt, facts: QueryFacts): boolean {
  const { sortClause = [] } = select;
  const isResult = (node: Node): boolean =>
    'SortBy' in node && node.SortBy.node !== undefined && !facts.types.has(node.SortBy.node);
  return sortClause.some(isResult) && (facts.results.get(select) ?? []).some(({ type }) => isJsonb(type));
}

function holdsJson(node: Node, facts: QueryFacts): boolean {
  const type = facts.types.get(node);
  if (type !== undefined) return isJsonb(type);
  if ('RowExpr' in node) return (node.RowExpr.args ?? []).some((part) => holdsJson(part, facts));
  if ('List' in node) return (node.List.items ?? []).some((part) => holdsJson(part, facts));
  return false;
}

function isJsonb(type: PgType): boolean {
  return type.element === undefined ? type.name === 'jsonb' : isJsonb(type.element);
}
