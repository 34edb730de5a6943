/** Decides where in a result list a function of several rows may stand, and binds it: each row is repeated for its items. */
import type { FuncCall, Node } from 'libpg-query';
import { isAggregate } from './bind-aggregate.ts';
import { type ExpressionBinder, namesOf } from './bind-expression.ts';
import { computed, type Expression } from './expression.ts';
import { bindList } from './series-lists.ts';

const SERIES = new Set(['unnest', 'generate_series']);

export function isSeries(name: string): boolean {
  return SERIES.has(name);
}

/** The calls that stand alone, or as an operand or argument of what is computed of each item: not in CASE, COALESCE, aggregates or one another. */
export function seriesIn(targets: readonly Node[]): Set<FuncCall> {
  const found = new Set<FuncCall>();
  const visit = (node: Node | undefined): void => {
    if (node === undefined) return;
    if ('ResTarget' in node) visit(node.ResTarget.val);
    else if ('TypeCast' in node) visit(node.TypeCast.arg);
    else if ('A_Expr' in node && node.A_Expr.kind === 'AEXPR_OP') {
      visit(node.A_Expr.lexpr);
      visit(node.A_Expr.rexpr);
    } else if ('FuncCall' in node) {
      const name = namesOf(node.FuncCall.funcname).join('.');
      if (isSeries(name)) found.add(node.FuncCall);
      else if (node.FuncCall.over === undefined && !isAggregate(name))
        for (const part of node.FuncCall.args ?? []) visit(part);
    }
  };
  for (const node of targets) visit(node);
  return found;
}

/** One item of the list in each row; of several lists the shorter ones end in NULL, as the engine has it too. */
export function bindSeries(binder: ExpressionBinder, call: FuncCall, name: string): Expression {
  const { statement } = binder;
  const list = bindList(statement, binder, call, name, (what, location) =>
    statement.refuse('SQL_UNSUPPORTED', `${what} is not proven.`, 'Use it in FROM.', location),
  );
  return computed(list.type, list.item(`unnest(${list.sql})`), list.arguments, {
    fallible: true,
    location: call.location,
  });
}

export function misplacedSeries(binder: ExpressionBinder, call: FuncCall, name: string): Error {
  return binder.statement.refuse(
    'SQL_UNSUPPORTED',
    `${name} gives several rows: here that is not proven.`,
    'Write it in FROM, or in the result list outside CASE, COALESCE and other such functions.',
    call.location,
  );
}
