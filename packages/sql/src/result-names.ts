/** Decides the name a result column gets when none is written: Postgres' own rule. */
import type { Node } from 'libpg-query';
import { namesOf } from './bind-expression.ts';

/** As Postgres names it; `?column?` where nothing suggests a name. */
export function resultName(node: Node | undefined): string {
  return suggest(node)?.name ?? '?column?';
}

/** `strong`: a name of the expression itself; else only that of a type or of CASE, which gives way to a stronger one. */
function suggest(node: Node | undefined): { name: string; strong: boolean } | null {
  if (node === undefined) return null;
  const strong = (name: string | undefined) => (name === undefined ? null : { name, strong: true });
  if ('ColumnRef' in node) return strong(namesOf(node.ColumnRef.fields).at(-1));
  if ('FuncCall' in node) return strong(namesOf(node.FuncCall.funcname).at(-1));
  if ('A_Indirection' in node) {
    const last = (node.A_Indirection.indirection ?? []).filter((part) => 'String' in part).at(-1);
    return last === undefined ? suggest(node.A_Indirection.arg) : strong(namesOf([last])[0]);
  }
  if ('A_Expr' in node) return node.A_Expr.kind === 'AEXPR_NULLIF' ? strong('nullif') : null;
  if ('TypeCast' in node) {
    const inner = suggest(node.TypeCast.arg);
    if (inner?.strong === true) return inner;
    const type = namesOf(node.TypeCast.typeName?.names).at(-1);
    return type === undefined ? inner : { name: type, strong: false };
  }
  if ('CollateClause' in node) return suggest(node.CollateClause.arg);
  if ('GroupingFunc' in node) return strong('grouping');
  if ('SubLink' in node) {
    if (node.SubLink.subLinkType === 'EXISTS_SUBLINK') return strong('exists');
    if (node.SubLink.subLinkType === 'ARRAY_SUBLINK') return strong('array');
    if (node.SubLink.subLinkType !== 'EXPR_SUBLINK') return null;
    const subselect = node.SubLink.subselect;
    if (subselect === undefined || !('SelectStmt' in subselect)) return null;
    let select = subselect.SelectStmt;
    while (select.larg !== undefined) select = select.larg;
    const target = select.targetList?.[0];
    if (target === undefined || !('ResTarget' in target)) return null;
    return target.ResTarget.name === undefined ? suggest(target.ResTarget.val) : strong(target.ResTarget.name);
  }
  if ('CaseExpr' in node) {
    const inner = suggest(node.CaseExpr.defresult);
    return inner?.strong === true ? inner : { name: 'case', strong: false };
  }
  if ('CoalesceExpr' in node) return strong('coalesce');
  if ('MinMaxExpr' in node) return strong(node.MinMaxExpr.op === 'IS_LEAST' ? 'least' : 'greatest');
  if ('RowExpr' in node) return strong('row');
  if ('A_ArrayExpr' in node) return strong('array');
  if ('SQLValueFunction' in node) {
    return strong(
      (node.SQLValueFunction.op ?? '')
        .replace(/^SVFOP_/, '')
        .replace(/_N$/, '')
        .toLowerCase(),
    );
  }
  return null;
}
