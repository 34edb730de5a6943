/**
 * Decides the collation of texts at a Postgres source whose database does not order by bytes. Columns are read with that of bytes. A text that is made
 * of something else (`n::text`, `j ->> 'a'`) is born with the database's, so it is given that of bytes where it is made, wherever it stands: what is
 * grouped, shown and ordered stays one expression. What folds letters does it by the database's collation, as the bytes know only those of ASCII.
 */
import type { QueryFacts } from '@rtdp/sql/query-context';
import { isCollated } from '@rtdp/sql/query-keys';
import { type FuncCall, type Node, stringNode } from '@rtdp/sql/syntax-tree';

const FOLDING = new Set(['upper', 'lower', 'initcap']);
const TEXT_OF_JSON = new Set(['->>', '#>>']);

export interface Reading {
  /** What lies in the node, read in the same way. */
  inside: (node: Node) => Node;
  /** The same without a collation where texts are made. */
  plain: (node: Node) => Node;
}

/** The node as the source is given it, or undefined where it stays as it is. */
export function collated(node: Node, facts: QueryFacts, { inside, plain }: Reading): Node | undefined {
  if ('A_Expr' in node && node.A_Expr.kind?.includes('BETWEEN') === true) {
    const { lexpr, rexpr } = node.A_Expr;
    const bounds = rexpr !== undefined && 'List' in rexpr ? (rexpr.List.items ?? []) : [];
    if (lexpr === undefined || !bounds.some((bound) => isMadeText(bound, facts))) return undefined;
    // Between BETWEEN and AND the grammar has no place for a collation: it is said of what is compared.
    const items = bounds.map((bound) => (isMadeText(bound, facts) ? plain(bound) : inside(bound)));
    return { A_Expr: { ...node.A_Expr, lexpr: by('C', inside(lexpr)), rexpr: { List: { items } } } } as Node;
  }
  if ('A_Expr' in node && node.A_Expr.kind === 'AEXPR_ILIKE' && node.A_Expr.lexpr !== undefined) {
    const { lexpr, rexpr } = node.A_Expr;
    return {
      A_Expr: { ...node.A_Expr, lexpr: by('default', inside(lexpr)), ...(rexpr && { rexpr: inside(rexpr) }) },
    } as Node;
  }
  if ('FuncCall' in node && FOLDING.has(functionName(node.FuncCall)) && isText(node, facts)) {
    const args = (node.FuncCall.args ?? []).map((arg) => by('default', inside(arg)));
    return by('C', { FuncCall: { ...node.FuncCall, args } } as Node);
  }
  return isMadeText(node, facts) ? by('C', inParts(node, inside)) : undefined;
}

/** Whether it is a text, and nothing that it is made of is one. */
function isMadeText(node: Node, facts: QueryFacts): boolean {
  if (!isText(node, facts)) return false;
  if ('TypeCast' in node) return node.TypeCast.arg !== undefined && isOther(node.TypeCast.arg, facts);
  if ('A_Expr' in node) return TEXT_OF_JSON.has(lastName(node.A_Expr.name));
  if ('FuncCall' in node) {
    const args = node.FuncCall.args ?? [];
    return args.some((arg) => isOther(arg, facts)) && args.every((arg) => isOther(arg, facts) || 'A_Const' in arg);
  }
  return false;
}

function inParts(node: Node, inside: (node: Node) => Node): Node {
  if ('TypeCast' in node) return { TypeCast: { ...node.TypeCast, arg: inside(node.TypeCast.arg!) } } as Node;
  if ('A_Expr' in node) {
    const { lexpr, rexpr } = node.A_Expr;
    return {
      A_Expr: { ...node.A_Expr, ...(lexpr && { lexpr: inside(lexpr) }), ...(rexpr && { rexpr: inside(rexpr) }) },
    } as Node;
  }
  if ('FuncCall' in node) {
    return { FuncCall: { ...node.FuncCall, args: (node.FuncCall.args ?? []).map(inside) } } as Node;
  }
  return node;
}

function by(collation: 'C' | 'default', arg: Node): Node {
  return { CollateClause: { arg, collname: [stringNode('pg_catalog'), stringNode(collation)] } } as Node;
}

function isText(node: Node, facts: QueryFacts): boolean {
  const type = facts.types.get(node);
  return type !== undefined && type.name !== 'unknown' && type.name !== 'array' && isCollated(type);
}

/** Whether it is known to be something else than a text. */
function isOther(node: Node, facts: QueryFacts): boolean {
  const type = facts.types.get(node);
  return type !== undefined && type.name !== 'unknown' && !isCollated(type);
}

function functionName(call: FuncCall): string {
  return lastName(call.funcname);
}

function lastName(names: readonly Node[] | undefined): string {
  const last = (names ?? []).at(-1);
  return last !== undefined && 'String' in last ? (last.String.sval ?? '') : '';
}
