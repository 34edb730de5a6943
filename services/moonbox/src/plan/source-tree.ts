/** Decides how a tree reads at its Postgres source: remote names, only columns the user sees, texts in byte order, values in place of parameters. */
import { isString } from '@rtdp/sql/pg-type';
import type { ColumnOrigin, QueryFacts } from '@rtdp/sql/query-context';
import {
  columnNode,
  type FuncCall,
  literalNode,
  type Node,
  type RangeFunction,
  type RangeVar,
  rewrite,
  type SelectStmt,
  stringNode,
  targetNode,
} from '@rtdp/sql/syntax-tree';
import type { PlannerContext, PlannerTable } from './contract.ts';
import { collated } from './text-collation.ts';

export interface SourceNames {
  readonly tables: ReadonlyMap<RangeVar, PlannerTable>;
  /** Null where the statement could not be bound: then columns keep the names they were written with. */
  readonly facts: QueryFacts | null;
  readonly aliases: ReadonlyMap<RangeVar, string>;
}

/** One alias for each table, nowhere else in the statement, so that a column's name can never mean another table. */
export function chooseAliases(select: SelectStmt, tables: ReadonlyMap<RangeVar, PlannerTable>): Map<RangeVar, string> {
  const taken = new Set<string>();
  const visit = (value: unknown): void => {
    if (Array.isArray(value)) for (const item of value) visit(item);
    else if (typeof value === 'object' && value !== null) {
      if ('ctename' in value) taken.add(String(value.ctename));
      const node = value as Node;
      const isTable = 'RangeVar' in node && tables.has(node.RangeVar);
      if (!isTable && 'RangeVar' in node) taken.add(node.RangeVar.alias?.aliasname ?? node.RangeVar.relname!);
      if (!isTable) for (const item of Object.values(value)) visit(item);
      if ('aliasname' in value) taken.add(String(value.aliasname));
    }
  };
  visit(select);
  const aliases = new Map<RangeVar, string>();
  for (const table of tables.keys()) {
    const wanted = table.alias?.aliasname ?? table.relname!;
    let alias = wanted;
    for (let number = 2; taken.has(alias); number += 1) alias = `${wanted}_${number}`;
    taken.add(alias);
    aliases.set(table, alias);
  }
  return aliases;
}

export interface SourceOptions {
  readonly names: SourceNames;
  /** Tables are read through a subquery of the columns the user sees. */
  readonly wrap: boolean;
  /** Texts get the order of bytes; only together with `wrap`. */
  readonly byBytes: boolean;
  /** Which texts are made by the tree that this one is a part of; null where they stay as they are. Of the whole tree where absent. */
  readonly texts?: QueryFacts | null;
  /** Puts values in place of parameters and of the time; absent where the source is given them. */
  readonly values?: Pick<PlannerContext, 'parameters' | 'parameterTypes'> & { readonly now: Date };
  /** Types that a client has declared for parameters the source is given: it has to read them so too. */
  readonly declared?: PlannerContext['parameterTypes'];
}

/**
 * Every name in the tree is written with an alias that is nowhere else, so that a column the user does not see, or the planner does not know,
 * can never be meant by it. Where a name stands bare, the source must find only the columns that the user sees.
 */
export function isPinned(tree: unknown, names: SourceNames): boolean {
  if (Array.isArray(tree)) return tree.every((item) => isPinned(item, names));
  if (typeof tree !== 'object' || tree === null) return true;
  const { facts, tables } = names;
  if (facts === null) return false;
  const isOfTable = ({ table, merged }: ColumnOrigin): boolean => table !== null && !merged && tables.has(table);
  const node = tree as Node;
  if ('ColumnRef' in node) {
    const meant = facts.groupNames.get(node.ColumnRef);
    if (meant !== undefined) return isPinned(meant, names);
    const origin = facts.columns.get(node.ColumnRef);
    return origin !== undefined && (isOfTable(origin) || (!origin.merged && node.ColumnRef.fields?.length === 2));
  }
  if ('ResTarget' in node) {
    const star = facts.stars.get(node.ResTarget);
    if (star !== undefined) return star.every(({ origin, alias }) => isOfTable(origin) || alias !== '');
  }
  if ('JoinExpr' in node) {
    const { isNatural, usingClause, alias } = node.JoinExpr;
    if (isNatural === true || usingClause !== undefined || alias !== undefined) return false;
  }
  // A bare name in ORDER BY that is no column means a column of the result, before all others.
  const isResultName = (item: Node): boolean => {
    const by = 'SortBy' in item ? item.SortBy.node : undefined;
    return (
      by !== undefined &&
      'ColumnRef' in by &&
      by.ColumnRef.fields?.length === 1 &&
      'String' in by.ColumnRef.fields[0]! &&
      !facts.columns.has(by.ColumnRef)
    );
  };
  return Object.entries(tree).every(([key, value]) =>
    key === 'sortClause'
      ? isPinned(
          (value as Node[]).filter((item) => !isResultName(item)),
          names,
        )
      : isPinned(value, names),
  );
}

/** The table as an item of FROM at the source. */
export function sourceTable(node: RangeVar, options: SourceOptions): Node {
  const table = options.names.tables.get(node)!;
  const remote = {
    RangeVar: { schemaname: table.remoteSchema, relname: table.remoteTable, inh: true, relpersistence: 'p' },
  };
  const aliasname = options.names.aliases.get(node)!;
  const colnames = node.alias?.colnames;
  if (!options.wrap && colnames === undefined)
    return { RangeVar: { ...remote.RangeVar, alias: { aliasname } } } as Node;
  const columns = table.columns.map(({ name, type }) => {
    if (!options.byBytes || !isString(type.element ?? type)) return targetNode(columnNode(name));
    return targetNode({ CollateClause: { arg: columnNode(name), collname: [stringNode('C')] } } as Node, name);
  });
  return {
    RangeSubselect: {
      subquery: {
        SelectStmt: {
          targetList: columns,
          fromClause: [remote],
          limitOption: 'LIMIT_OPTION_DEFAULT',
          op: 'SETOP_NONE',
        },
      },
      alias: { aliasname, ...(colnames === undefined ? {} : { colnames }) },
    },
  } as Node;
}

/** The tree as the source is given it. */
export function toSourceTree<T>(tree: T, options: SourceOptions): T {
  const { names, values } = options;
  const { tables, facts, aliases } = names;
  const columnOf = (table: RangeVar, index: number): Node => {
    const renamed = table.alias?.colnames?.[index];
    const name =
      renamed !== undefined && 'String' in renamed ? renamed.String.sval! : tables.get(table)!.columns[index]!.name;
    return columnNode(aliases.get(table)!, name);
  };
  const timeOf = (type: string, now: Date): Node => {
    const text = now
      .toISOString()
      .replace('T', ' ')
      .replace('Z', type === 'timestamptz' ? '+00' : '');
    return castNode(literalNode(type === 'date' ? text.slice(0, 10) : text), type);
  };
  /** Behind a subquery the source does not know that a key determines the other columns: they are grouped by as well. */
  const dependents = ({ table, index }: ColumnOrigin): Node[] =>
    table !== null && tables.has(table) && (options.wrap || table.alias?.colnames !== undefined)
      ? [columnOf(table, index)]
      : [];
  // What a recursive query begins with must have the collation of what follows, and constants have their own.
  const ofWhole = options.byBytes && facts !== null && !isRecursive(tree) ? facts : null;
  const texts = options.texts === undefined ? ofWhole : options.texts;
  const inside = (node: Node): Node => toSourceTree(node, { ...options, texts });
  const plain = (node: Node): Node => toSourceTree(node, { ...options, texts: null });
  const tableFunctions = new Set<Node>();
  return rewrite(groupByDependents(tree, facts, dependents), (node) => {
    // A function in FROM is no expression: nothing is said behind it.
    if ('RangeFunction' in node) for (const called of functionsOf(node.RangeFunction)) tableFunctions.add(called);
    if (texts !== null && !tableFunctions.has(node)) {
      const said = collated(node, texts, { inside, plain });
      if (said !== undefined) return said;
    }
    if ('RangeVar' in node) return tables.has(node.RangeVar) ? sourceTable(node.RangeVar, options) : undefined;
    if ('ColumnRef' in node) {
      const meant = facts?.groupNames.get(node.ColumnRef);
      if (meant !== undefined) return inside(meant);
      const origin = facts?.columns.get(node.ColumnRef);
      if (origin !== undefined && origin.table !== null && !origin.merged && tables.has(origin.table)) {
        return columnOf(origin.table, origin.index);
      }
      const [ofRow] = facts?.rows.get(node.ColumnRef) ?? [];
      if (ofRow?.table != null && tables.has(ofRow.table)) return columnNode(aliases.get(ofRow.table)!);
      const { fields = [] } = node.ColumnRef;
      return fields.length === 3 ? ({ ColumnRef: { fields: fields.slice(1) } } as Node) : undefined;
    }
    if ('ResTarget' in node) {
      return facts?.stars.get(node.ResTarget)?.map(({ name, origin, alias }) => {
        if (origin.table !== null && !origin.merged && tables.has(origin.table))
          return targetNode(columnOf(origin.table, origin.index));
        return targetNode(alias === '' ? columnNode(name) : columnNode(alias, name));
      });
    }
    if ('ParamRef' in node) {
      const number = node.ParamRef.number ?? 0;
      const value = values === undefined ? node : literalNode(values.parameters?.[number - 1] ?? null);
      const declared = (values?.parameterTypes ?? options.declared)?.[number - 1];
      return declared === undefined ||
        declared.name === 'unknown' ||
        declared.name === 'opaque' ||
        declared.name === 'array'
        ? value
        : castNode(value, declared.name);
    }
    if (values === undefined) return undefined;
    if ('SQLValueFunction' in node) {
      const types: Record<string, string> = {
        SVFOP_CURRENT_DATE: 'date',
        SVFOP_CURRENT_TIMESTAMP: 'timestamptz',
        SVFOP_LOCALTIMESTAMP: 'timestamp',
      };
      const type = types[node.SQLValueFunction.op ?? ''];
      return type === undefined ? undefined : timeOf(type, values.now);
    }
    if ('FuncCall' in node) {
      return isReplacedTime(node.FuncCall) ? timeOf('timestamptz', values.now) : undefined;
    }
    return undefined;
  });
}

function isRecursive(tree: unknown): boolean {
  if (typeof tree !== 'object' || tree === null) return false;
  return ('recursive' in tree && tree.recursive === true) || Object.values(tree).some(isRecursive);
}

function functionsOf(range: RangeFunction): Node[] {
  const lists = (range.functions ?? []).map((item) => ('List' in item ? (item.List.items ?? []) : [item]));
  return lists.flat();
}

/** The tree with what `dependents` gives added to each GROUP BY beside which such columns stand. */
function groupByDependents<T>(tree: T, facts: QueryFacts | null, dependents: (column: ColumnOrigin) => Node[]): T {
  if (facts === null || facts.dependents.size === 0) return tree;
  const visit = (value: unknown): unknown => {
    if (typeof value !== 'object' || value === null) return value;
    if (Array.isArray(value)) {
      const items = value.map(visit);
      return items.every((item, index) => item === value[index]) ? value : items;
    }
    const added = (facts.dependents.get(value as SelectStmt) ?? []).flatMap(dependents);
    let changed = added.length > 0;
    const entries = Object.entries(value).map(([key, item]) => {
      const made = visit(item);
      changed ||= made !== item;
      return [key, key === 'groupClause' ? [...(made as Node[]), ...added] : made];
    });
    return changed ? Object.fromEntries(entries) : value;
  };
  return visit(tree) as T;
}

/** The time of the statement, which is one value for all sources. */
export function isReplacedTime(call: FuncCall): boolean {
  const name = (call.funcname ?? []).map((part) => ('String' in part ? part.String.sval : '')).at(-1);
  return ['now', 'transaction_timestamp', 'statement_timestamp'].includes(name ?? '') && (call.args ?? []).length === 0;
}

function castNode(arg: Node, type: string): Node {
  return { TypeCast: { arg, typeName: { names: [stringNode('pg_catalog'), stringNode(type)], typemod: -1 } } } as Node;
}
