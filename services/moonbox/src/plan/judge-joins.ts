/** Decides whether a MySQL source is asked to join: it finds rows by a key quickly, and compares each row with each where there is none. */
import { namesOf } from '@rtdp/sql/bind-expression';
import { conjunctsOf } from '@rtdp/sql/conjunctions';
import { NotProven } from '@rtdp/sql/mysql-value';
import type { QueryFacts } from '@rtdp/sql/query-context';
import type { Node, RangeVar, SelectStmt } from '@rtdp/sql/syntax-tree';
import type { PlannerTable } from './contract.ts';
import { keepsIndex } from './mysql-column.ts';
import { leadsIndex } from './visible-key.ts';

/** So many pairs of rows are compared in about a second. */
const MOST_PAIRS = 4_000_000;
/** Of a view, or a table that was never counted. */
const UNKNOWN_ROWS = 1_000_000;

/** Stands for the derived tables of a FROM: the source gives them a key of its own where one is compared. */
const DERIVED = Symbol('derived tables');
type Member = RangeVar | typeof DERIVED;

/** Throws NotProven where tables of the SELECT, or of a level around it that it names, are not connected by keys and are large. */
export function judgeJoins(select: SelectStmt, facts: QueryFacts, tables: ReadonlyMap<RangeVar, PlannerTable>): void {
  const members = new Set<Member>();
  const conditions = conjunctsOf(select.whereClause);
  const using: (readonly string[])[] = [];
  const visit = (node: Node): void => {
    if ('RangeVar' in node) members.add(tables.has(node.RangeVar) ? node.RangeVar : DERIVED);
    else if ('JoinExpr' in node) {
      visit(node.JoinExpr.larg!);
      visit(node.JoinExpr.rarg!);
      conditions.push(...conjunctsOf(node.JoinExpr.quals));
      if (node.JoinExpr.usingClause !== undefined) using.push(namesOf(node.JoinExpr.usingClause));
    } else members.add(DERIVED);
  };
  for (const node of select.fromClause ?? []) visit(node);
  const groupOf = new Map<Member, Member>();
  const leader = (member: Member): Member => {
    const next = groupOf.get(member) ?? member;
    return next === member ? member : leader(next);
  };
  const isKey = (member: Member, name: string): boolean => {
    if (member === DERIVED) return true;
    const table = tables.get(member)!;
    return leadsIndex(table, name) && table.columns.some((column) => column.name === name && keepsIndex(column));
  };
  for (const condition of conditions) {
    const sides = sidesOf(condition, facts, tables);
    if (sides === null) continue;
    for (const { member } of sides) members.add(member);
    if (sides.some(({ member, column }) => isKey(member, column)))
      groupOf.set(leader(sides[0]!.member), leader(sides[1]!.member));
  }
  // The columns of USING have one name in all of the tables they join.
  for (const names of using) {
    const joined = [...members].filter(
      (member) => member === DERIVED || tables.get(member)!.columns.some(({ name }) => name === names[0]),
    );
    if (!joined.some((member) => isKey(member, names[0]!))) continue;
    for (const member of joined) groupOf.set(leader(member), leader(joined[0]!));
  }
  const sizes = new Map<Member, number>();
  for (const member of members) {
    const rows = member === DERIVED ? 1_000 : (tables.get(member)!.rowEstimate ?? UNKNOWN_ROWS);
    sizes.set(leader(member), Math.max(sizes.get(leader(member)) ?? 1, rows));
  }
  const pairs = [...sizes.values()].reduce((product, rows) => product * rows, 1);
  if (sizes.size > 1 && pairs > MOST_PAIRS)
    throw new NotProven('it would compare each row of one table with each of another');
}

/** The two tables, of this level or around it, whose columns an equality compares. */
function sidesOf(
  condition: Node,
  facts: QueryFacts,
  tables: ReadonlyMap<RangeVar, PlannerTable>,
): { member: Member; column: string }[] | null {
  if (!('A_Expr' in condition) || condition.A_Expr.kind !== 'AEXPR_OP' || namesOf(condition.A_Expr.name).join() !== '=')
    return null;
  const sides = [condition.A_Expr.lexpr, condition.A_Expr.rexpr].map((node) => {
    const origin = node !== undefined && 'ColumnRef' in node ? facts.columns.get(node.ColumnRef) : undefined;
    if (origin === undefined) return null;
    const table = origin.table === null ? undefined : tables.get(origin.table);
    if (origin.table === null || table === undefined) return { member: DERIVED as Member, column: '' };
    return { member: origin.table as Member, column: table.columns[origin.index]!.name };
  });
  const [a, b] = sides;
  return a == null || b == null || a.member === b.member ? null : [a, b];
}
