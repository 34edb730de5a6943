/** Takes conditions apart into what must all hold, and puts them together again so that what may fail is only computed behind its guards. */
import type { Node } from 'libpg-query';
import type { Expression } from './expression.ts';

/** Parts that are joined by AND; a part that every arm of an OR has is taken out of it, as Postgres does, so that a join may use it. */
export function conjunctsOf(node: Node | undefined): Node[] {
  if (node === undefined) return [];
  if ('BoolExpr' in node && node.BoolExpr.boolop === 'AND_EXPR') return (node.BoolExpr.args ?? []).flatMap(conjunctsOf);
  if ('BoolExpr' in node && node.BoolExpr.boolop === 'OR_EXPR') return withoutShared(node, node.BoolExpr.args ?? []);
  return [node];
}

function withoutShared(node: Node, arms: readonly Node[]): Node[] {
  const parts = arms.map((arm) => conjunctsOf(arm).map((part) => ({ part, print: printOf(part) })));
  const [first, ...others] = parts;
  if (first === undefined || others.length === 0) return [node];
  const shared = first.filter(({ print }) => others.every((arm) => arm.some((part) => part.print === print)));
  if (shared.length === 0) return [node];
  const prints = new Set(shared.map(({ print }) => print));
  const rest = parts.map((arm) => arm.filter(({ print }) => !prints.has(print)).map(({ part }) => part));
  const common = shared.map(({ part }) => part);
  // An arm that had nothing else is always true then.
  if (rest.some((arm) => arm.length === 0)) return common;
  const args = rest.map((arm) => conjunction(arm)!);
  return [...common, { BoolExpr: { boolop: 'OR_EXPR', args } } as Node];
}

/** One node that holds where all of them hold; undefined for none. */
export function conjunction(nodes: readonly Node[]): Node | undefined {
  if (nodes.length < 2) return nodes[0];
  return { BoolExpr: { boolop: 'AND_EXPR', args: [...nodes] } } as Node;
}

const PLACES = new Set([
  'location',
  'stmt_location',
  'stmt_len',
  'rexpr_list_start',
  'rexpr_list_end',
  'list_start',
  'list_end',
]);

/** The tree as text, without the places in the statement. */
export function printOf(tree: unknown): string {
  return JSON.stringify(tree, (key, value: unknown) => (PLACES.has(key) ? undefined : value));
}

/**
 * All hold. Postgres judges conditions from left to right where it can: one that may fail is guarded by those before it that read nothing else
 * than it does, so that they may still be judged wherever the engine wants to.
 */
export function printConjunction(given: readonly Expression[]): string {
  const conditions = given.map(({ holdsWhere, ...condition }) =>
    holdsWhere === undefined ? condition : { ...condition, sql: holdsWhere },
  );
  return conditions
    .map((condition, index) => {
      if (!condition.fallible) return condition.sql;
      const guards = conditions
        .slice(0, index)
        .filter(
          (guard) =>
            !guard.fallible &&
            guard.sources.size > 0 &&
            [...guard.sources].every((name) => condition.sources.has(name)),
        );
      if (guards.length === 0) return condition.sql;
      return `CASE WHEN ${guards.map(({ sql }) => sql).join(' AND ')} THEN ${condition.sql} ELSE false END`;
    })
    .join(' AND ');
}
