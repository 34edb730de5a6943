/** Puts in place of each view the SELECT that it stands for, whose names mean what they meant when it was defined, for its owner. */
import { walk } from '@rtdp/sql/check-stateless';
import { Statement } from '@rtdp/sql/expression';
import { parseSelect } from '@rtdp/sql/parse';
import { type Node, type RangeVar, rewrite, type SelectStmt, stringNode, targetNode } from '@rtdp/sql/syntax-tree';
import { RtdpError } from '@rtdp/ums/error';
import type { PlannerContext, PlannerRelation, PlannerTable, PlannerView } from './contract.ts';
import { findTables } from './find-tables.ts';
import { columnNamesIn, isPlainSelect, leaveOutUnnamed } from './leave-out-unnamed.ts';
import { chooseBarriers, narrowViews } from './narrow-view.ts';

export interface ViewUse {
  readonly view: PlannerView;
  /** The bytes of the statement at which it stands. */
  readonly location: number | undefined;
  /** Columns that are named; all of them where names do not tell. */
  readonly columns: readonly string[];
}

export interface ExpandedQuery {
  readonly select: SelectStmt;
  /** Every table that is read, those of views too. */
  readonly tables: ReadonlyMap<RangeVar, PlannerTable>;
  /** The view of the statement itself by which a table is read. */
  readonly through: ReadonlyMap<RangeVar, PlannerView>;
  readonly views: readonly ViewUse[];
}

/** Views over views; more than anybody writes, less than the stack holds. */
const DEEPEST = 32;

export function expandViews(statement: Statement, select: SelectStmt, context: PlannerContext): ExpandedQuery {
  const found = findTables(statement, select, context);
  return expand(select, found, []);
}

/** @param around the views that it stands in, that of the statement first */
function expand(
  written: SelectStmt,
  found: ReadonlyMap<RangeVar, PlannerRelation>,
  around: readonly PlannerView[],
): ExpandedQuery {
  const tables = new Map<RangeVar, PlannerTable>();
  const through = new Map<RangeVar, PlannerView>();
  const views: ViewUse[] = [];
  const inside = new Map<RangeVar, Node>();
  const barriers = chooseBarriers(written);
  const narrowed = narrowViews(written, (node) => isView(found.get(node)));
  const named = columnNamesIn(written);
  /** `database.view` as columns are written with it. */
  const qualified = new Set<string>();

  for (const [node, relation] of found) {
    if (!isView(relation)) {
      tables.set(node, relation);
      continue;
    }
    // Who may read the view of the statement need not know of those in it.
    if (around.length === DEEPEST) throw tooDeep(around[0] ?? relation);
    const columns = relation.columns.map(({ name }) => name);
    const givenNames = (node.alias?.colnames ?? []).map((item) => ('String' in item ? (item.String.sval ?? '') : ''));
    const names = [...givenNames, ...columns.slice(givenNames.length)];
    const isNamed = (name: string, index: number): boolean => named === 'all' || named.has(names[index] ?? name);
    const definition = definitionOf(relation, node.location);
    const places = columns.map((name) => relation.view.columnNames.indexOf(name));
    const conditions =
      narrowed
        .get(node)
        ?.flatMap((condition) => condition(definition.select, (name) => places[names.indexOf(name)] ?? -1)) ?? [];
    const own = leaveOutUnnamed(
      withConditions(definition.select, conditions),
      (place) => places.includes(place) && isNamed(columns[places.indexOf(place)] ?? '', places.indexOf(place)),
    );
    const inner = expand(own, definition.found, [...around, relation]);
    for (const [table, one] of inner.tables) {
      tables.set(table, one);
      through.set(table, relation);
    }
    views.push({ view: relation, location: node.location, columns: columns.filter(isNamed) });
    const isClosed = !relation.view.isOpen;
    const rows =
      isClosed && barriers && leavesOutRows(own, definition.found) ? withBarrier(inner.select) : inner.select;
    inside.set(node, subselectOf(node, relation, rows, names));
    if (node.alias === undefined && node.schemaname !== undefined) {
      qualified.add(JSON.stringify([node.schemaname, node.relname]));
    }
  }
  if (views.length === 0) return { select: written, tables, through, views };
  const select = rewrite({ SelectStmt: written } as Node, (node) => {
    if ('RangeVar' in node) return inside.get(node.RangeVar);
    if ('ColumnRef' in node && node.ColumnRef.fields?.length === 3) {
      const path = node.ColumnRef.fields.map((field) => ('String' in field ? field.String.sval : undefined));
      if (!qualified.has(JSON.stringify(path.slice(0, 2)))) return undefined;
      return { ColumnRef: { ...node.ColumnRef, fields: node.ColumnRef.fields.slice(1) } } as Node;
    }
    return undefined;
  }) as { SelectStmt: SelectStmt };
  return { select: select.SelectStmt, tables, through, views };
}

function isView(relation: PlannerRelation | undefined): relation is PlannerView {
  return relation !== undefined && 'view' in relation;
}

/** The SELECT of a view as a tree of its own; its tables carry their database, so that no name around it can be meant by them. */
function definitionOf({ view }: PlannerView, location: number | undefined) {
  const { select } = parseSelect(view.sql);
  const found = findTables(new Statement(view.sql), select, { findTable: view.findTable });
  for (const [node, relation] of found) {
    node.schemaname = relation.database;
  }
  // Whatever is wrong in it is told at the place where the view is named.
  relocate(select, location);
  return { select, found };
}

function relocate(tree: unknown, location: number | undefined): void {
  if (Array.isArray(tree)) for (const item of tree) relocate(item, location);
  else if (typeof tree === 'object' && tree !== null) {
    if ('location' in tree) tree.location = location;
    for (const item of Object.values(tree)) relocate(item, location);
  }
}

/** With all columns under the names of the definition, then those the user sees under the names it gives them. */
function subselectOf(node: RangeVar, relation: PlannerView, rows: SelectStmt, names: readonly string[]): Node {
  const { columnNames } = relation.view;
  const aliasname = node.alias?.aliasname ?? node.relname!;
  const derived = (select: SelectStmt, colnames: readonly string[]): Node =>
    ({
      RangeSubselect: { subquery: { SelectStmt: select }, alias: { aliasname, colnames: colnames.map(stringNode) } },
    }) as Node;
  if (relation.columns.length === columnNames.length) return derived(rows, names);
  const targets = relation.columns.map(({ name }) =>
    targetNode({ ColumnRef: { fields: [stringNode(aliasname), stringNode(name)] } } as Node),
  );
  const visible = {
    targetList: targets,
    fromClause: [derived(rows, columnNames)],
    limitOption: 'LIMIT_OPTION_DEFAULT',
    op: 'SETOP_NONE',
  } as SelectStmt;
  return derived(visible, names);
}

function withConditions(select: SelectStmt, conditions: readonly Node[]): SelectStmt {
  if (conditions.length === 0) return select;
  const args = [...(select.whereClause === undefined ? [] : [select.whereClause]), ...conditions];
  const whereClause = args.length === 1 ? args[0]! : ({ BoolExpr: { boolop: 'AND_EXPR', args } } as Node);
  return { ...select, whereClause };
}

/** All rows of one table, one for each, have nothing to hide; a view may have. */
function leavesOutRows(select: SelectStmt, found: ReadonlyMap<RangeVar, PlannerRelation>): boolean {
  const [item, second] = select.fromClause ?? [];
  const isWhole =
    item !== undefined &&
    second === undefined &&
    'RangeVar' in item &&
    !isView(found.get(item.RangeVar)) &&
    select.whereClause === undefined &&
    isPlainSelect(select);
  return !isWhole;
}

/** Nobody moves a condition past OFFSET: it is only asked of rows that the view gives. */
function withBarrier(select: SelectStmt): SelectStmt {
  if (select.limitOffset !== undefined) return select;
  return { ...select, limitOffset: { A_Const: { ival: {} } } as Node, limitOption: 'LIMIT_OPTION_COUNT' };
}

function tooDeep({ database, name }: PlannerView): RtdpError {
  return new RtdpError({
    code: 'MOONBOX_VIEW_BROKEN',
    message: `view ${database}.${name} stands on more than ${DEEPEST} views over each other`,
    next: 'Define it over tables.',
    facts: { database, name },
  });
}

/** Whether the tree has a value for each of `$1…`, which a view cannot be given. */
export function readsParameter(select: SelectStmt): boolean {
  let found = false;
  walk({ SelectStmt: select }, (kind) => {
    if (kind === 'ParamRef') found = true;
  });
  return found;
}
