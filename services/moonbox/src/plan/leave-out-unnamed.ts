/** Decides which columns of a view nobody names: they are not computed, and what only they need is not read. */
import { walk } from '@rtdp/sql/check-stateless';
import { literalNode, type Node, type SelectStmt } from '@rtdp/sql/syntax-tree';

/**
 * Last parts of all names of columns in the statement; `all` where a column may be meant without its name: by `*`, a whole row, NATURAL, or a
 * join that names its columns anew.
 */
export function columnNamesIn(select: SelectStmt): ReadonlySet<string> | 'all' {
  const names = new Set<string>();
  const rows = new Set<string>();
  let isOpen = false;
  walk({ SelectStmt: select }, (kind, body) => {
    if (kind === 'ColumnRef') {
      const last = (body as { fields?: Node[] }).fields?.at(-1);
      if (last !== undefined && 'String' in last) names.add(last.String.sval!);
      else isOpen = true;
    } else if (kind === 'RangeVar') {
      const { relname, alias } = body as { relname?: string; alias?: { aliasname?: string } };
      rows.add(alias?.aliasname ?? relname ?? '');
    } else if (kind === 'JoinExpr') {
      const join = body as { isNatural?: boolean; usingClause?: Node[]; alias?: object };
      if (join.isNatural === true || join.alias !== undefined) isOpen = true;
      for (const item of join.usingClause ?? []) if ('String' in item) names.add(item.String.sval!);
    }
  });
  // A name that is a table's too may mean its whole row: `v`, `(v).id`.
  return isOpen || [...names].some((name) => rows.has(name)) ? 'all' : names;
}

/** Rows are neither compared nor grouped nor put in order by what the columns hold. */
export function isPlainSelect(select: SelectStmt): boolean {
  return (
    select.op === 'SETOP_NONE' &&
    select.valuesLists === undefined &&
    select.groupClause === undefined &&
    select.havingClause === undefined &&
    select.distinctClause === undefined &&
    select.windowClause === undefined &&
    select.sortClause === undefined &&
    select.limitCount === undefined &&
    select.limitOffset === undefined &&
    select.withClause === undefined &&
    (select.targetList ?? []).every((item) => !hasCall(item))
  );
}

/** An aggregate, a window or a function that gives rows may be among them. */
function hasCall(tree: unknown): boolean {
  let found = false;
  walk(tree, (kind) => {
    if (kind === 'FuncCall' || kind === 'SubLink') found = true;
  });
  return found;
}

/** The SELECT with NULL in the places that are not needed; the places stay. */
export function leaveOutUnnamed(select: SelectStmt, isNeeded: (place: number) => boolean): SelectStmt {
  const targets = select.targetList ?? [];
  if (!isPlainSelect(select) || targets.some(isStar)) return select;
  return {
    ...select,
    targetList: targets.map((item, place) =>
      isNeeded(place) || !('ResTarget' in item)
        ? item
        : ({ ResTarget: { ...item.ResTarget, val: literalNode(null) } } as Node),
    ),
  };
}

export function isStar(item: Node): boolean {
  if (!('ResTarget' in item)) return true;
  const { val } = item.ResTarget;
  return val !== undefined && 'ColumnRef' in val && (val.ColumnRef.fields ?? []).some((field) => 'A_Star' in field);
}
