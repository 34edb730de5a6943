/**
 * Decides where a text that a source computes says that it is ordered by bytes. Columns say it where they are read; what is made of something
 * else (`n::text`, `j ->> 'a'`, a CASE of constants) has the collation of the source's database, whatever it was made of.
 */
import type { QueryFacts } from '@rtdp/sql/query-context';
import { isCollated } from '@rtdp/sql/query-keys';
import { type Node, stringNode } from '@rtdp/sql/syntax-tree';

type Body = Readonly<Record<string, unknown>>;

const ORDERS = new Set(['<', '<=', '>', '>=']);
const EXTREMES = new Set(['min', 'max']);
/** A name means what is said elsewhere, a constant has no order of its own, and who wrote a collation has said it. */
const SETTLED = ['ColumnRef', 'A_Const', 'ParamRef', 'CollateClause', 'SubLink'];

/** The tree with `COLLATE "C"` at each computed text that is put in an order there, or shown to what may order it. Pure. */
export function orderByBytes<T>(tree: T, facts: QueryFacts): T {
  const said = (node: unknown, made: unknown): unknown =>
    isComputedText(node as Node, facts) ? { CollateClause: { arg: made, collname: [stringNode('C')] } } : made;
  const visit = (value: unknown, kind: string): unknown => {
    if (typeof value !== 'object' || value === null) return value;
    if (Array.isArray(value)) {
      const items = value.map((item) => visit(item, ''));
      return items.every((item, index) => item === value[index]) ? value : items;
    }
    const body = value as Body;
    const ordering = new Set(orderingFields(kind, body));
    let changed = false;
    const entries = Object.entries(body).map(([key, item]) => {
      let made = visit(item, /^[A-Z]/.test(key) ? key : '');
      if (ordering.has(key)) {
        made = Array.isArray(item)
          ? item.map((each, index) => said(each, (made as unknown[])[index]))
          : said(item, made);
        if (Array.isArray(item) && (made as unknown[]).every((each, index) => each === item[index])) made = item;
      }
      changed ||= made !== item;
      return [key, made];
    });
    return changed ? Object.fromEntries(entries) : value;
  };
  return visit(tree, '') as T;
}

/** The fields of a node whose texts are put in an order by it, or pass through it to what may. */
function orderingFields(kind: string, body: Body): string[] {
  if (kind === 'ResTarget') return ['val'];
  if (kind === 'SortBy') return ['node'];
  if (kind === 'MinMaxExpr' || kind === 'RowExpr') return ['args'];
  if (kind === 'A_Expr') {
    const isBetween = String(body.kind).includes('BETWEEN');
    return isBetween || ORDERS.has(lastName(body.name)) ? ['lexpr', 'rexpr'] : [];
  }
  // With DISTINCT, what an aggregate is ordered by must be what it is given.
  if (kind === 'FuncCall') return EXTREMES.has(lastName(body.funcname)) || body.agg_distinct === true ? ['args'] : [];
  // DISTINCT ON must be what ORDER BY begins with. A query is also met without its wrapper.
  return 'distinctClause' in body ? ['distinctClause'] : [];
}

function lastName(names: unknown): string {
  const last = ((names ?? []) as Node[]).at(-1);
  return last !== undefined && 'String' in last ? (last.String.sval ?? '') : '';
}

function isComputedText(node: Node | undefined, facts: QueryFacts): boolean {
  if (node === undefined || node === null || SETTLED.some((kind) => kind in node)) return false;
  const type = facts.types.get(node);
  return type !== undefined && type.name !== 'unknown' && isCollated(type);
}
