/**
 * Decides which conditions on a view are asked inside it, where its sources can answer them, and when a view must give its rows before anything
 * else is asked of them: a condition that can fail, or that calls something, could otherwise tell of rows that the view leaves out.
 */
import { walk } from '@rtdp/sql/check-stateless';
import { conjunctsOf } from '@rtdp/sql/conjunctions';
import { type ColumnRef, type Node, type RangeVar, rewrite, type SelectStmt } from '@rtdp/sql/syntax-tree';
import { isPlainSelect, isStar } from './leave-out-unnamed.ts';

/** The condition in the terms of the definition, or nothing where it cannot be said so. `placeOf` is the column's place in it, -1 for none. */
export type InnerCondition = (definition: SelectStmt, placeOf: (name: string) => number) => Node[];

/** For each view that stands in FROM, or in its inner joins: the conditions on it alone that hold for every row of the SELECT. */
export function narrowViews(select: SelectStmt, isView: (node: RangeVar) => boolean): Map<RangeVar, InnerCondition[]> {
  const found = new Map<RangeVar, InnerCondition[]>();
  const visit = (one: SelectStmt): void => {
    const items: RangeVar[] = [];
    const conditions = conjunctsOf(one.whereClause);
    let count = 0;
    const flatten = (item: Node): void => {
      if ('JoinExpr' in item && item.JoinExpr.jointype === 'JOIN_INNER' && item.JoinExpr.alias === undefined) {
        flatten(item.JoinExpr.larg!);
        flatten(item.JoinExpr.rarg!);
        conditions.push(...conjunctsOf(item.JoinExpr.quals));
        return;
      }
      count += 1;
      if ('RangeVar' in item) items.push(item.RangeVar);
    };
    for (const item of one.fromClause ?? []) flatten(item);
    for (const node of items.filter(isView)) {
      const alias = node.alias?.aliasname ?? node.relname!;
      const own = conditions.filter((condition) => isPlain(condition) && concerns(condition, alias, count === 1));
      found.set(
        node,
        own.map((condition) => (definition, placeOf) => inside(condition, definition, placeOf)),
      );
    }
  };
  walk({ SelectStmt: select }, (kind, body) => {
    if (kind === 'SelectStmt') visit(body as SelectStmt);
  });
  return found;
}

/**
 * True unless the statement is one SELECT with nothing but plain conditions: comparisons of columns and constants neither fail nor tell anything.
 * A column of a subquery may be an expression, so there it cannot be told.
 */
export function chooseBarriers(select: SelectStmt): boolean {
  let selects = 0;
  let others = false;
  walk({ SelectStmt: select }, (kind, body) => {
    if (kind === 'SelectStmt') {
      selects += 1;
      const { whereClause, havingClause } = body as SelectStmt;
      if (![...conjunctsOf(whereClause), ...conjunctsOf(havingClause)].every(isPlain)) others = true;
    } else if (kind === 'JoinExpr') {
      if (!conjunctsOf((body as { quals?: Node }).quals).every(isPlain)) others = true;
    } else if (kind === 'RangeFunction' || kind === 'RangeTableSample') others = true;
  });
  return others || selects !== 1;
}

const COMPARISONS = new Set(['=', '<>', '!=', '<', '>', '<=', '>=']);

/** Comparisons of columns and constants: it neither fails nor calls anything. */
export function isPlain(node: Node): boolean {
  if ('BoolExpr' in node) return (node.BoolExpr.args ?? []).every(isPlain);
  if ('NullTest' in node) return node.NullTest.arg !== undefined && 'ColumnRef' in node.NullTest.arg;
  if (!('A_Expr' in node)) return false;
  const { kind, name, lexpr, rexpr } = node.A_Expr;
  const [operator, second] = (name ?? []).map((part) => ('String' in part ? part.String.sval : undefined));
  if (lexpr === undefined || rexpr === undefined || second !== undefined || !isOperand(lexpr)) return false;
  const list = 'List' in rexpr ? (rexpr.List.items ?? []) : [rexpr];
  if (!list.every(isOperand)) return false;
  return kind === 'AEXPR_OP'
    ? operator !== undefined && COMPARISONS.has(operator) && !('List' in rexpr)
    : kind === 'AEXPR_IN' || kind === 'AEXPR_BETWEEN' || kind === 'AEXPR_NOT_BETWEEN';
}

function isOperand(node: Node): boolean {
  if ('TypeCast' in node) return node.TypeCast.arg !== undefined && 'A_Const' in node.TypeCast.arg;
  return 'ColumnRef' in node || 'A_Const' in node || 'ParamRef' in node;
}

/** Every column in it is written as one of `alias`, or plainly where nothing else is there; at least one is. */
function concerns(condition: Node, alias: string, isAlone: boolean): boolean {
  let columns = 0;
  let others = false;
  walk(condition, (kind, body) => {
    if (kind !== 'ColumnRef') return;
    columns += 1;
    const [first, second, third] = pathOf(body as ColumnRef);
    if (third !== undefined || (second === undefined ? !isAlone : first !== alias)) others = true;
  });
  return columns > 0 && !others;
}

function inside(condition: Node, definition: SelectStmt, placeOf: (name: string) => number): Node[] {
  const targets = definition.targetList ?? [];
  if (!isPlainSelect(definition) || targets.some(isStar)) return [];
  let isKnown = true;
  const inner = rewrite(condition, (node) => {
    if (!('ColumnRef' in node)) return undefined;
    const target = targets[placeOf(pathOf(node.ColumnRef).at(-1) ?? '')];
    const value = target !== undefined && 'ResTarget' in target ? target.ResTarget.val : undefined;
    if (value === undefined || !('ColumnRef' in value)) {
      isKnown = false;
      return node;
    }
    return structuredClone(value);
  });
  // Constants too are nodes that facts are kept of, each once.
  return isKnown ? [structuredClone(inner)] : [];
}

function pathOf({ fields = [] }: ColumnRef): (string | undefined)[] {
  return fields.map((field) => ('String' in field ? field.String.sval : undefined));
}
