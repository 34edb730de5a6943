/** Prints the parts of a plan in the dialects of their sources, and says in which column of which part each column of a table is held. */
import type { BoundQuery } from '@rtdp/sql/bind-query';
import { conjunction } from '@rtdp/sql/conjunctions';
import { INT4, isString } from '@rtdp/sql/pg-type';
import { type MysqlNames, printMysqlCondition } from '@rtdp/sql/print-mysql';
import { quoteMysqlName } from '@rtdp/sql/print-mysql-literal';
import { printPostgres } from '@rtdp/sql/print-postgres';
import { columnNode, type Node, type RangeVar, type SelectStmt, stringNode, targetNode } from '@rtdp/sql/syntax-tree';
import type { ResultColumn } from '@rtdp/stores/scan-contract';
import type { PlannerContext, PlannerTable, PlanPart } from './contract.ts';
import type { WantedRows } from './order-of-columns.ts';
import type { PartDraft, PrintedDraft, SubqueryDraft, TablesDraft } from './part-draft.ts';
import { arrayType, listForm, type Reduction, typeOf } from './push-keys.ts';
import { countNode } from './push-limit.ts';
import { isByteOrdered } from './push-whole-query.ts';
import { neededColumns } from './read-tree.ts';
import { isPinned, type SourceOptions, sourceTable, toSourceTree } from './source-tree.ts';
import { typeTextOf } from './type-text.ts';

export interface HeldTable {
  readonly part: string;
  /** Column of the part for each index of a column that is needed. */
  readonly columns: ReadonlyMap<number, string>;
  /** The same object for tables that the part holds joined. */
  readonly joined?: object;
}

export interface PrintOptions {
  readonly rest: SelectStmt;
  readonly drafts: readonly PartDraft[];
  readonly reductions: ReadonlyMap<PartDraft, Reduction>;
  readonly aliases: ReadonlyMap<RangeVar, string>;
  readonly mysqlNames: (store: string) => MysqlNames;
  readonly tables: ReadonlyMap<RangeVar, PlannerTable>;
  readonly bound: BoundQuery;
  readonly context: PlannerContext;
  readonly now: Date;
}

interface PrintedPart {
  readonly sql: string;
  readonly columns: readonly ResultColumn[];
  readonly table: string;
  readonly estimate: number | null;
  readonly reduce?: NonNullable<PlanPart['reduce']>;
}

export function printParts(options: PrintOptions): { parts: PlanPart[]; held: Map<RangeVar, HeldTable> } {
  const needed = neededColumns({ SelectStmt: options.rest }, options.bound.facts);
  const parts = new Map<string, PlanPart>();
  const held = new Map<RangeVar, HeldTable>();
  const done = new Set<PartDraft>();
  const print = (draft: PartDraft): void => {
    if (done.has(draft)) return;
    done.add(draft);
    const reduction = options.reductions.get(draft);
    // What gives the keys comes first.
    if (reduction !== undefined) print(reduction.from);
    const wanted = draft.kind === 'tables' ? wantedOf(draft, needed) : [];
    const printed =
      draft.kind === 'subquery'
        ? printSubquery(draft, options)
        : draft.kind === 'printed'
          ? describePrinted(draft, options)
          : draft.storeKind === 'mysql'
            ? printMysql(draft, wanted, options, held)
            : printTables(draft, wanted, options, held);
    // The same rows of the same table are fetched once, however often they are read.
    const key = JSON.stringify([draft.store, printed.sql, printed.reduce]);
    const part = parts.get(key) ?? { ...printed, name: `p${parts.size + 1}`, store: draft.store, parameters: [] };
    parts.set(key, part);
    if (draft.kind !== 'tables') {
      held.set(draft.standIn, {
        part: part.name,
        columns: new Map(draft.columns.map((_, index) => [index, `c${index}`])),
      });
      return;
    }
    const joined = draft.tables.length > 1 ? draft : undefined;
    for (const table of draft.tables) {
      const columns = new Map(
        wanted.flatMap((one, place) => (one.table === table ? [[one.index, `c${place}`] as const] : [])),
      );
      held.set(table, { part: part.name, columns, ...(joined === undefined ? {} : { joined }) });
    }
  };
  for (const draft of options.drafts) print(draft);
  return { parts: [...parts.values()], held };
}

function wantedOf(draft: TablesDraft, needed: ReadonlyMap<RangeVar, ReadonlySet<number>>): Wanted[] {
  return draft.tables.flatMap((table) =>
    [...(needed.get(table) ?? [])].sort((a, b) => a - b).map((index) => ({ table, index })),
  );
}

interface Wanted {
  readonly table: RangeVar;
  readonly index: number;
}

/** A part without a column still has rows. */
const ONE: ResultColumn = { name: 'c0', type: INT4, typeText: 'integer' };

function columnsOf(wanted: readonly Wanted[], options: PrintOptions): ResultColumn[] {
  if (wanted.length === 0) return [ONE];
  return wanted.map(({ table, index }, place) => {
    const { type } = options.tables.get(table)!.columns[index]!;
    return { name: `c${place}`, type, typeText: typeTextOf(type) };
  });
}

function logicalNames(tables: readonly RangeVar[], options: PrintOptions): string {
  return tables
    .map((table) => options.tables.get(table)!)
    .map(({ database, name }) => `${database}.${name}`)
    .join(', ');
}

/** Rows at most: a join over keys gives no more than its largest table. */
function estimate(tables: readonly RangeVar[], options: PrintOptions): number | null {
  const counts = tables.map((table) => options.tables.get(table)!.rowEstimate);
  return counts.some((count) => count === null) ? null : Math.max(...counts.map((count) => count ?? 0));
}

function sourceOptions(tables: readonly RangeVar[], options: PrintOptions): SourceOptions {
  const { context, bound, now } = options;
  const byteOrdered = tables.every((table) => isByteOrdered(context, options.tables.get(table)!));
  const byBytes = !byteOrdered && bound.facts.ordersText;
  return {
    names: { tables: options.tables, facts: bound.facts, aliases: options.aliases },
    wrap: byBytes,
    byBytes,
    values: {
      now,
      ...(context.parameters === undefined ? {} : { parameters: context.parameters }),
      ...(context.parameterTypes === undefined ? {} : { parameterTypes: context.parameterTypes }),
    },
  };
}

function printTables(
  draft: TablesDraft,
  wanted: readonly Wanted[],
  options: PrintOptions,
  held: ReadonlyMap<RangeVar, HeldTable>,
): PrintedPart {
  const plain = sourceOptions(draft.tables, options);
  const source = { ...plain, wrap: plain.wrap || !isPinned(draft.conditions, plain.names) };
  const columnAt = ({ table, index }: Wanted): Node =>
    columnNode(options.aliases.get(table)!, visibleName(table, index, options));
  const targets = wanted.map((column) => targetNode(columnAt(column)));
  const conditions = draft.conditions.map((condition) => toSourceTree(condition, source));
  const selectWith = (where: Node | undefined): SelectStmt =>
    ({
      targetList: targets.length === 0 ? [targetNode({ A_Const: { ival: { ival: 1 } } } as Node)] : targets,
      fromClause: draft.tables.map((table) => sourceTable(table, source)),
      ...(where === undefined ? {} : { whereClause: where }),
      ...(draft.limit === null
        ? { limitOption: 'LIMIT_OPTION_DEFAULT' }
        : { limitOption: 'LIMIT_OPTION_COUNT', limitCount: countNode(draft.limit) }),
      op: 'SETOP_NONE',
    }) as SelectStmt;
  const reduction = options.reductions.get(draft);
  const keys = reduction === undefined ? undefined : held.get(reduction.keys.table);
  const reduce =
    reduction === undefined || keys === undefined
      ? {}
      : {
          reduce: printReduction(
            reduction,
            keys,
            (where) => printPostgres(selectWith(conjunction([...conditions, where]))),
            columnAt(reduction.column),
            options,
          ),
        };
  return {
    sql: printPostgres(selectWith(conjunction(conditions))),
    columns: columnsOf(wanted, options),
    table: logicalNames(draft.tables, options),
    estimate: estimate(draft.tables, options),
    ...reduce,
  };
}

function printReduction(
  reduction: Reduction,
  keys: HeldTable,
  print: (where: Node) => string,
  column: Node,
  options: PrintOptions,
): NonNullable<PlanPart['reduce']> {
  const type = arrayType(typeOf(reduction.column, options.tables), typeOf(reduction.keys, options.tables));
  const array = {
    TypeCast: {
      arg: { ParamRef: { number: 1 } },
      typeName: {
        names: [stringNode('pg_catalog'), stringNode(type)],
        typemod: -1,
        arrayBounds: [{ Integer: { ival: -1 } }],
      },
    },
  };
  const isAmong = { A_Expr: { kind: 'AEXPR_OP_ANY', name: [stringNode('=')], lexpr: column, rexpr: array } } as Node;
  return { ...keysOf(reduction, keys), sql: print(isAmong) };
}

function keysOf(
  { keys: { index }, maximum }: Reduction,
  { part, columns }: HeldTable,
): Pick<NonNullable<PlanPart['reduce']>, 'from' | 'keys' | 'maximum'> {
  const key = columns.get(index)!;
  return {
    from: part,
    keys: `SELECT DISTINCT CAST(${key} AS VARCHAR) FROM ${part} WHERE ${key} IS NOT NULL LIMIT ${maximum + 1}`,
    maximum,
  };
}

/** The name a column has behind its alias, where the statement renames columns. */
function visibleName(table: RangeVar, index: number, options: PrintOptions): string {
  const renamed = table.alias?.colnames?.[index];
  return renamed !== undefined && 'String' in renamed
    ? renamed.String.sval!
    : options.tables.get(table)!.columns[index]!.name;
}

function printSubquery(draft: SubqueryDraft, options: PrintOptions): PrintedPart {
  const own = [...options.tables.keys()].filter((table) => contains(draft.select, table));
  const source = sourceOptions(own, options);
  const wrap = source.wrap || !isPinned(draft.select, source.names);
  const tree = toSourceTree(draft.select, { ...source, wrap });
  return {
    sql: printPostgres(draft.wanted === null ? tree : firstRows(tree, draft, draft.wanted, source.byBytes)),
    columns: draft.columns.map(({ type }, index) => ({ name: `c${index}`, type, typeText: typeTextOf(type) })),
    table: logicalNames(own, options),
    estimate: null,
  };
}

/** Its own order says nothing where its rows are put in another one: it has no LIMIT. */
function firstRows(
  select: SelectStmt,
  { columns }: SubqueryDraft,
  { count, order, distinct = false }: WantedRows,
  byBytes: boolean,
): SelectStmt {
  const limit = { limitCount: countNode(count), limitOption: 'LIMIT_OPTION_COUNT' } as const;
  if (order.length === 0 && !distinct) return { ...select, ...limit };
  const names = columns.map((_, index) => `c${index}`);
  const sortClause = order.map(({ column, sort }): Node => {
    const plain = columnNode('q', names[column]!);
    const isByBytes = byBytes && isString(columns[column]!.type);
    const node = isByBytes ? { CollateClause: { arg: plain, collname: [stringNode('C')] } } : plain;
    return { SortBy: { ...sort, node } } as Node;
  });
  return {
    targetList: [{ ResTarget: { val: { ColumnRef: { fields: [{ A_Star: {} }] } } } }],
    fromClause: [
      {
        RangeSubselect: {
          subquery: { SelectStmt: select },
          alias: { aliasname: 'q', colnames: names.map(stringNode) },
        },
      },
    ],
    // DISTINCT could not be put in order by another collation.
    ...(distinct ? { groupClause: names.map((name) => columnNode('q', name)) } : {}),
    ...(sortClause.length === 0 ? {} : { sortClause }),
    ...limit,
    op: 'SETOP_NONE',
  } as SelectStmt;
}

function contains(tree: unknown, searched: object): boolean {
  if (tree === searched) return true;
  if (typeof tree !== 'object' || tree === null) return false;
  return Object.values(tree).some((item) => contains(item, searched));
}

function mysqlRows(draft: TablesDraft, options: PrintOptions): string {
  const from = draft.tables.map((table) => {
    const { remoteSchema, remoteTable } = options.tables.get(table)!;
    return `${quoteMysqlName(remoteSchema)}.${quoteMysqlName(remoteTable)} AS ${quoteMysqlName(options.aliases.get(table)!)}`;
  });
  const where = draft.conditions.map(
    (condition) => printMysqlCondition(condition, options.mysqlNames(draft.store))!.sql,
  );
  return ` FROM ${from.join(', ')}${where.length === 0 ? '' : ` WHERE ${where.join(' AND ')}`}`;
}

function printMysql(
  draft: TablesDraft,
  wanted: readonly Wanted[],
  options: PrintOptions,
  held: ReadonlyMap<RangeVar, HeldTable>,
): PrintedPart {
  const columnAt = ({ table, index }: Wanted): string => {
    const { name } = options.tables.get(table)!.columns[index]!;
    return `${quoteMysqlName(options.aliases.get(table)!)}.${quoteMysqlName(name)}`;
  };
  const all = `SELECT ${wanted.map(columnAt).join(', ') || '1'}${mysqlRows(draft, options)}`;
  const sql = draft.limit === null ? all : `${all} LIMIT ${draft.limit}`;
  const reduction = options.reductions.get(draft);
  const keys = reduction === undefined ? undefined : held.get(reduction.keys.table);
  const form = reduction === undefined ? null : listForm(reduction.column, options.tables);
  const before = draft.conditions.length === 0 ? ' WHERE ' : ' AND ';
  const reduce =
    reduction === undefined || keys === undefined || form === null
      ? {}
      : {
          reduce: {
            ...keysOf(reduction, keys),
            sql: `${all}${before}${columnAt(reduction.column)} IN (`,
            list: { form, rest: ')' },
          },
        };
  return {
    sql,
    columns: columnsOf(wanted, options),
    table: logicalNames(draft.tables, options),
    estimate: estimate(draft.tables, options),
    ...reduce,
  };
}

function describePrinted(draft: PrintedDraft, options: PrintOptions): PrintedPart {
  return {
    sql: draft.sql,
    columns: draft.columns.map(({ type }, index) => ({ name: `c${index}`, type, typeText: typeTextOf(type) })),
    table: logicalNames(draft.tables, options),
    estimate: null,
  };
}
