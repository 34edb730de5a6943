/** Splits a query over several sources: takes out what one source can compute, leaves the rest to the engine, and binds it to the parts. */
import { type BoundQuery, bindQuery } from '@rtdp/sql/bind-query';
import { conjunction, conjunctsOf } from '@rtdp/sql/conjunctions';
import { Statement } from '@rtdp/sql/expression';
import type { MysqlNames } from '@rtdp/sql/print-mysql';
import type { BoundTable, QueryFacts } from '@rtdp/sql/query-context';
import { type JoinExpr, type Node, type RangeVar, rewrite, type SelectStmt, stringNode } from '@rtdp/sql/syntax-tree';
import type { Plan, PlanDecision, PlannerContext, PlannerTable } from './contract.ts';
import { impliedCondition } from './imply-condition.ts';
import { decidedSides, flatten, keptTables, type Level } from './join-sides.ts';
import { type JudgeOptions, judgeCondition, readsExactly } from './judge-condition.ts';
import { type MysqlSourceOptions, mysqlNames } from './mysql-source.ts';
import { type WantedRows, whyOtherOrder } from './order-of-columns.ts';
import { allOf, type PartDraft, type PrintedDraft, type SubqueryDraft } from './part-draft.ts';
import { printParts } from './print-parts.ts';
import { chooseJoins } from './push-join.ts';
import { chooseReductions, equalityOf, type KeyEquality, semiJoinOf } from './push-keys.ts';
import { anyRows, limitOf, rowsNeeded, rowsOfBranch } from './push-limit.ts';
import { MysqlPush } from './push-mysql.ts';
import { canPushSubquery } from './push-subquery.ts';
import { needsAllRows } from './push-top-n.ts';
import { useOf } from './read-tree.ts';
import { chooseAliases } from './source-tree.ts';
import { COMPUTED_HERE, tellFirstRows, tellLevel, tellReduced, tellSetOperation } from './tell-rest.ts';
import { visibleKey } from './visible-key.ts';

export interface SplitOptions {
  readonly statement: Statement;
  readonly select: SelectStmt;
  readonly tables: ReadonlyMap<RangeVar, PlannerTable>;
  readonly bound: BoundQuery;
  readonly context: PlannerContext;
  readonly now: Date;
  readonly finish: (parts: Plan['parts'], local: BoundQuery, decisions: readonly PlanDecision[]) => Plan;
}

export function splitQuery(options: SplitOptions): Plan {
  const { select, tables, context, now } = options;
  const splitter = new Splitter(options);
  const whole = splitter.whole();
  if (whole !== null) {
    const { local: _local, ...plan } = options.finish([], options.bound, splitter.decisions);
    return { ...plan, whole: { ...whole, parameters: [] } };
  }
  const rest = splitter.split(select, true);
  const { parts, held } = printParts({
    ...options,
    rest,
    drafts: splitter.drafts,
    reductions: chooseReductions(splitter.drafts, splitter.equalities, tables),
    aliases: splitter.aliases,
    mysqlNames: splitter.namesOf,
  });
  const statement = new Statement(options.statement.text, undefined, { ordersTextByBytes: true });
  const local = bindQuery(statement, rest, {
    now,
    ...(context.parameters === undefined ? {} : { parameters: context.parameters }),
    ...(context.parameterTypes === undefined ? {} : { parameterTypes: context.parameterTypes }),
    findTable: (node): BoundTable => {
      const place = held.get(node)!;
      const table = tables.get(node);
      const columns =
        table?.columns ??
        splitter.drafts.find(
          (draft): draft is SubqueryDraft | PrintedDraft => draft.kind !== 'tables' && draft.standIn === node,
        )!.columns;
      return {
        engineTable: place.part,
        columns: columns.map(({ name, type }, index) => ({ name, type, held: place.columns.get(index) ?? 'unread' })),
        primaryKey: table === undefined ? [] : visibleKey(table),
        ...(place.joined === undefined ? {} : { joined: place.joined }),
      };
    },
  });
  return options.finish(parts, local, splitter.decisions);
}

class Splitter {
  readonly drafts: PartDraft[] = [];
  readonly decisions: PlanDecision[] = [];
  /** Equalities that every row of a FROM must meet, between tables of it, or one of it and one of a level around. */
  readonly equalities: KeyEquality[] = [];
  readonly aliases: Map<RangeVar, string>;
  readonly #source: MysqlSourceOptions;
  readonly #names = new Map<string, MysqlNames>();
  readonly #options: SplitOptions;
  readonly #facts: QueryFacts;
  readonly #judge: JudgeOptions;
  readonly #mysql: MysqlPush;

  constructor(options: SplitOptions) {
    this.#options = options;
    this.#facts = options.bound.facts;
    this.aliases = chooseAliases(options.select, options.tables);
    const { tables, context, now } = options;
    this.#source = { facts: this.#facts, tables, aliases: this.aliases, context, now };
    this.#judge = {
      statement: options.statement,
      facts: this.#facts,
      tables: options.tables,
      context,
      mysqlNames: this.namesOf,
    };
    this.#mysql = new MysqlPush(options, this.#source, this);
  }

  /** How a MySQL source is told conditions. */
  readonly namesOf = (store: string): MysqlNames => {
    const known = this.#names.get(store) ?? mysqlNames(store, this.#source);
    this.#names.set(store, known);
    return known;
  };

  /** The whole statement for the one MySQL source that has all of its tables; null where something in it stays here. */
  whole(): { store: string; sql: string } | null {
    return this.#mysql.whole();
  }

  /** What is left of the SELECT once its parts are taken out. */
  split(select: SelectStmt, isTop = false, wanted: WantedRows | null = null): SelectStmt {
    const own = limitOf(select, wanted, this.#facts);
    if (!isTop) {
      const stored = canPushSubquery(select, this.#options, this.#judge);
      if (stored !== null) return this.#takeOut(select, stored, own);
      const computed = this.#first(select, own) ?? this.#mysql.subquery(select, anyRows(own));
      if (computed !== null) return computed;
    }
    const { withClause } = select;
    const common = withClause === undefined ? {} : { withClause: this.#inside(withClause) };
    if (select.larg !== undefined && select.rarg !== undefined) {
      const each = rowsOfBranch(select, wanted, this.#facts);
      const [larg, rarg] = [select.larg, select.rarg].map((branch) => this.#branch(branch, select, each));
      this.decisions.push(...tellSetOperation(select, this.#judge));
      return { ...select, ...common, larg: larg!, rarg: rarg! };
    }
    const reduced = this.#mysql.reduced(select);
    if (reduced !== null) {
      this.decisions.push(...tellReduced(select));
      return { ...this.#inside(reduced), ...common };
    }
    const level: Level = { items: [], conditions: [] };
    for (const item of select.fromClause ?? []) flatten(item, level);
    level.conditions.push(...conjunctsOf(select.whereClause));
    const needed = needsAllRows(select) ? null : rowsNeeded(select, wanted, this.#facts);
    const { groups, remaining } = this.#takeTables(level, anyRows(needed));
    this.decisions.push(...tellLevel(select, level.items, groups, this.#judge));
    const isAlone = level.items.length === 1 && level.conditions.length === 0 && !this.#facts.correlated.has(select);
    const items = level.items.map((item) => this.#splitItem(item, isAlone ? needed : null));
    const where = conjunction(remaining.map((condition) => this.#inside(condition)));
    const { whereClause: _where, fromClause: _from, ...others } = select;
    const inner = Object.fromEntries(
      Object.entries(others).map(([key, value]) => [key, key === 'withClause' ? value : this.#inside(value)]),
    ) as SelectStmt;
    return {
      ...inner,
      ...common,
      ...(items.length === 0 ? {} : { fromClause: items }),
      ...(where === undefined ? {} : { whereClause: where }),
    };
  }

  /** The tree with the subqueries in it split. */
  #inside<T>(tree: T): T {
    return rewrite(tree, (node) =>
      'SelectStmt' in node ? ({ SelectStmt: this.split(node.SelectStmt) } as Node) : undefined,
    );
  }

  #takeOut(select: SelectStmt, store: string, given: WantedRows | null): SelectStmt {
    const standIn: RangeVar = { relname: `part ${this.drafts.length}` };
    const isAlike = given?.distinct !== true || readsExactly(select, this.#judge);
    const wanted = isAlike ? given : null;
    if (given !== null && !isAlike)
      this.#tellFirst(select, given, 'local', 'texts that differ may be alike at their source');
    this.drafts.push({ kind: 'subquery', store, select, wanted, columns: this.#facts.results.get(select)!, standIn });
    this.decisions.push({ what: 'a subquery', where: 'pushed', why: `every table of it is in ${store}` });
    if (wanted !== null && anyRows(wanted) === null) this.#tellFirst(select, wanted, 'pushed', SAME_ORDER);
    return allOf(standIn);
  }

  /** A branch of a UNION ALL, or a subquery alone in FROM, of which these rows are needed. */
  #branch(branch: SelectStmt, whole: SelectStmt, needed: WantedRows | null): SelectStmt {
    const why = needed === null ? null : whyOtherOrder(branch, whole, needed, this.#facts);
    if (needed === null || why === null) return this.split(branch, false, needed);
    this.#tellFirst(branch, needed, 'local', why);
    return this.split(branch);
  }

  /** The first rows in an order, where one MySQL source gives them; null where it does not, or any rows will do. */
  #first(select: SelectStmt, wanted: WantedRows | null): SelectStmt | null {
    if (wanted === null || anyRows(wanted) !== null) return null;
    const first = this.#mysql.first(select, wanted);
    const isSplit = first === null || select.larg !== undefined || select.withClause !== undefined;
    const isComputed = typeof first === 'string' && !isSplit && wanted.distinct !== true;
    const left = isComputed ? this.#mysql.reduced(select, wanted) : null;
    if (left !== null || (first !== null && typeof first !== 'string')) {
      this.#tellFirst(select, wanted, 'pushed', SAME_ORDER);
      return left === null ? (first as SelectStmt) : this.#inside(left);
    }
    // What is split further is told of its parts.
    if (first !== null || select.larg === undefined) this.#tellFirst(select, wanted, 'local', first ?? COMPUTED_HERE);
    return null;
  }

  #tellFirst(select: SelectStmt, wanted: WantedRows, where: PlanDecision['where'], why: string): void {
    this.decisions.push(tellFirstRows(select, wanted, where, why, this.#judge));
  }

  /** Makes parts of the tables that stand side by side; returns these and the conditions that are left. With `wanted`, any so many rows of them will do. */
  #takeTables(level: Level, wanted: number | null): { groups: RangeVar[][]; remaining: Node[] } {
    const { tables } = this.#options;
    const own = level.items.flatMap((item) => ('RangeVar' in item && tables.has(item.RangeVar) ? [item.RangeVar] : []));
    const joined = level.items.flatMap((item) => ('JoinExpr' in item ? keptTables(item) : []));
    const kept = new Set([...own, ...joined]);
    const taken = this.#narrow(joined, level.conditions);
    const byStore = new Map<string, RangeVar[]>();
    for (const table of own) {
      const { store } = tables.get(table)!;
      byStore.set(store, [...(byStore.get(store) ?? []), table]);
    }
    const groups: { tables: RangeVar[]; pushed: Node[] }[] = [];
    for (const [store, together] of byStore) {
      for (const group of chooseJoins(together, level.conditions, this.#judge)) {
        const around = new Set(group);
        const pushed: Node[] = [];
        for (const condition of level.conditions) {
          const judgement = judgeCondition(condition, around, this.#judge);
          if (judgement === null) {
            const implied = impliedCondition(condition, around, this.#judge);
            if (implied !== null) pushed.push(implied);
            continue;
          }
          pushed.push(condition);
          if (judgement === 'exact') taken.add(condition);
          else
            this.decisions.push({
              what: 'a condition',
              where: 'local',
              why: `${store} only narrows it: its comparison is not byte by byte`,
            });
        }
        groups.push({ tables: group, pushed });
      }
    }
    // Each row of one goes with each row of the others, so that many of each are enough; one that depends on another's row could find none.
    const isProduct =
      level.items.every((item) => 'RangeVar' in item) && level.conditions.every((one) => taken.has(one));
    for (const { tables: group, pushed } of groups) this.#addTables(group, pushed, isProduct ? wanted : null);
    for (const condition of level.conditions) {
      if (taken.has(condition)) continue;
      const equality = equalityOf(condition, kept, this.#facts) ?? semiJoinOf(condition, kept, this.#facts, keptTables);
      if (equality !== null) this.equalities.push(equality);
      const { tables: named, derived } = useOf(condition, this.#facts);
      const stores = new Set([...named].map((table) => tables.get(table)?.store));
      const why =
        stores.size > 1
          ? 'it reads more than one source'
          : derived
            ? 'it reads a computed column'
            : 'its source is not proven to judge it the same way';
      this.decisions.push({ what: 'a condition', where: 'local', why });
    }
    const remaining = level.conditions.filter((condition) => !taken.has(condition));
    return { groups: groups.map(({ tables: group }) => group), remaining };
  }

  #addTables(group: readonly RangeVar[], conditions: readonly Node[], limit: number | null = null): void {
    const { tables } = this.#options;
    const { store, storeKind } = tables.get(group[0]!)!;
    this.drafts.push({ kind: 'tables', store, storeKind, tables: group, conditions, limit });
    const names = group.map((table) => `${tables.get(table)!.database}.${tables.get(table)!.name}`).join(', ');
    if (group.length > 1)
      this.decisions.push({ what: `the join of ${names}`, where: 'pushed', why: `all of them are in ${store}` });
    if (conditions.length > 0) {
      this.decisions.push({
        what: conditions.length === 1 ? `1 condition on ${names}` : `${conditions.length} conditions on ${names}`,
        where: 'pushed',
        why: `${store} judges them the same way`,
      });
    }
    if (limit !== null) {
      const why = `any ${limit} rows of it are enough`;
      this.decisions.push({ what: `a limit on ${names}`, where: 'pushed', why });
    }
  }

  /** An item of FROM that is no plain table: a subquery, or a join whose sides are not equal. */
  #splitItem(item: Node, needed: WantedRows | null): Node {
    if ('JoinExpr' in item) return { JoinExpr: this.#splitJoin(item.JoinExpr) } as Node;
    const inner = 'RangeSubselect' in item ? item.RangeSubselect.subquery : undefined;
    if ('RangeSubselect' in item && needed !== null && inner !== undefined && 'SelectStmt' in inner) {
      const subquery = { SelectStmt: this.#branch(inner.SelectStmt, inner.SelectStmt, needed) };
      return { RangeSubselect: { ...item.RangeSubselect, subquery } } as Node;
    }
    return 'RangeVar' in item ? item : this.#inside(item);
  }

  /** A condition of ON may go to a table only where it decides about the rows of its side, not about which of the other side's stay alone. */
  #splitJoin(join: JoinExpr): JoinExpr {
    const sides = decidedSides(join);
    const conditions = conjunctsOf(join.quals);
    const taken = this.#narrow(sides.flatMap(keptTables), conditions);
    const rest = conjunction(
      conditions.filter((condition) => !taken.has(condition)).map((condition) => this.#inside(condition)),
    );
    const { quals: _quals, ...others } = join;
    const isPlain = join.usingClause === undefined && join.isNatural !== true;
    return {
      ...others,
      larg: this.#splitSide(join.larg!),
      rarg: this.#splitSide(join.rarg!),
      ...(rest === undefined ? (isPlain ? { quals: TRUE } : {}) : { quals: rest }),
    };
  }

  /** Lets the sources of single tables judge what they can; returns what need not be judged again. */
  #narrow(among: readonly RangeVar[], conditions: readonly Node[]): Set<Node> {
    const taken = new Set<Node>();
    for (const table of among.filter((one) => this.#options.tables.has(one))) {
      for (const condition of conditions) {
        const judgement = judgeCondition(condition, new Set([table]), this.#judge);
        if (judgement === null) continue;
        this.#narrowed.set(table, [...(this.#narrowed.get(table) ?? []), condition]);
        if (judgement === 'exact') taken.add(condition);
      }
    }
    return taken;
  }

  readonly #narrowed = new Map<RangeVar, Node[]>();

  #splitSide(node: Node): Node {
    if ('JoinExpr' in node) return { JoinExpr: this.#splitJoin(node.JoinExpr) } as Node;
    if ('RangeVar' in node) {
      if (this.#options.tables.has(node.RangeVar))
        this.#addTables([node.RangeVar], this.#narrowed.get(node.RangeVar) ?? []);
      return node;
    }
    return this.#inside(node);
  }
}

const SAME_ORDER = 'their source has them in the same order';

const TRUE = {
  TypeCast: {
    arg: { A_Const: { sval: { sval: 't' } } },
    typeName: { names: [stringNode('pg_catalog'), stringNode('bool')], typemod: -1 },
  },
} as Node;
