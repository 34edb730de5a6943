/** Names the syntax tree's types for those who rewrite it, so that one package alone knows the parser. */
import type * as tree from 'libpg-query';

export type Node = tree.Node;
export type SelectStmt = tree.SelectStmt;
export type RangeFunction = tree.RangeFunction;
export type RangeVar = tree.RangeVar;
export type JoinExpr = tree.JoinExpr;
export type ColumnRef = tree.ColumnRef;
export type FuncCall = tree.FuncCall;
export type SubLink = tree.SubLink;
export type A_Expr = tree.A_Expr;
export type SortBy = tree.SortBy;
export type TypeName = tree.TypeName;
export type CommonTableExpr = tree.CommonTableExpr;

/** A name as the tree holds it. */
export function stringNode(sval: string): Node {
  return { String: { sval } } as Node;
}

export function columnNode(...path: string[]): Node {
  return { ColumnRef: { fields: path.map(stringNode) } } as Node;
}

/** A literal without a type, or NULL. */
export function literalNode(value: string | null): Node {
  return (value === null ? { A_Const: { isnull: true } } : { A_Const: { sval: { sval: value } } }) as Node;
}

export function targetNode(value: Node, name?: string): Node {
  return { ResTarget: { ...(name === undefined ? {} : { name }), val: value } } as Node;
}

/**
 * The tree with what `replace` wanted changed; parts without a change stay the same objects. `replace` is given each wrapped node
 * (`{ColumnRef: …}`) and returns another node, several of them where the node stands in a list, or undefined to go on inside it.
 */
export function rewrite<T>(tree: T, replace: (node: Node) => Node | Node[] | undefined): T {
  return rebuild(tree, (value) => (isWrapped(value) ? replace(value as Node) : undefined)) as T;
}

/** As `rewrite`, of whole SELECTs: the given one, those inside it, and the sides of a UNION, which stand unwrapped. */
export function rewriteSelects(
  select: SelectStmt,
  replace: (select: SelectStmt) => SelectStmt | undefined,
): SelectStmt {
  const replaceAt = (value: object, key: string) => {
    // A join's sides have the same names, and are wrapped.
    const isSide = (key === 'larg' || key === 'rarg') && !isWrapped(value);
    return isSide || key === 'SelectStmt' ? replace(value as SelectStmt) : undefined;
  };
  return rebuild(select, replaceAt, 'SelectStmt') as SelectStmt;
}

function isWrapped(value: object): boolean {
  const [kind] = Object.keys(value);
  return kind !== undefined && /^[A-Z]/.test(kind);
}

/** `key`: the name under which the value stands, of a list's items that of the list. */
function rebuild(value: unknown, replace: (value: object, key: string) => unknown, key = ''): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) {
    const items = value.map((item) => rebuild(item, replace, key));
    return items.every((item, index) => item === value[index]) ? value : items.flat();
  }
  const replaced = replace(value, key);
  if (replaced !== undefined) return replaced;
  let changed = false;
  const entries = Object.entries(value).map(([name, item]) => {
    const made = rebuild(item, replace, name);
    changed ||= made !== item;
    return [name, made];
  });
  return changed ? Object.fromEntries(entries) : value;
}
