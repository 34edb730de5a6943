/**
 * Decides which conditions on a subquery that stands alone in FROM are asked inside it, in each branch where it is a UNION: its sources may answer them
 * there, and the first rows of what is left may be asked of each branch. The same rows come out.
 */
import { walk } from '@rtdp/sql/check-stateless';
import { conjunction, conjunctsOf } from '@rtdp/sql/conjunctions';
import { isString, type PgType } from '@rtdp/sql/pg-type';
import type { ColumnOrigin, QueryFacts } from '@rtdp/sql/query-context';
import { columnNode, type Node, type RangeVar, rewrite, rewriteSelects, type SelectStmt } from '@rtdp/sql/syntax-tree';
import type { PlannerTable } from './contract.ts';
import { isPlain } from './narrow-view.ts';
import { isOrderedAlike } from './order-of-columns.ts';
import { needsAllRows } from './push-top-n.ts';

type Tables = ReadonlyMap<RangeVar, PlannerTable>;

/** The tree with conditions moved one level down wherever they may be; the same tree where none may. The facts are not of what has changed. */
export function narrowSubqueries(select: SelectStmt, facts: QueryFacts, tables: Tables): SelectStmt {
  return rewriteSelects(select, (inner) => (facts.results.has(inner) ? narrow(inner, facts, tables) : undefined));
}

function narrow(select: SelectStmt, facts: QueryFacts, tables: Tables): SelectStmt | undefined {
  const [item, second] = select.fromClause ?? [];
  if (item === undefined || second !== undefined || select.whereClause === undefined) return undefined;
  if (!('RangeSubselect' in item) || item.RangeSubselect.lateral === true || facts.correlated.has(select))
    return undefined;
  const { subquery } = item.RangeSubselect;
  if (subquery === undefined || !('SelectStmt' in subquery)) return undefined;
  const whole = subquery.SelectStmt;
  const branches = branchesOf(whole, facts);
  if (branches === null) return undefined;
  const conditions = conjunctsOf(select.whereClause);
  const moved = conditions.filter((condition) => mayMove(condition, whole, branches, facts, tables));
  if (moved.length === 0) return undefined;
  const narrowed = withConditions(whole, moved, facts);
  const { whereClause: _where, ...others } = select;
  const rest = conjunction(conditions.filter((condition) => !moved.includes(condition)));
  return {
    ...others,
    fromClause: [{ RangeSubselect: { ...item.RangeSubselect, subquery: { SelectStmt: narrowed } } } as Node],
    ...(rest === undefined ? {} : { whereClause: rest }),
  };
}

/** SELECTs whose rows, or different rows, are those of the query; null where leaving rows out of them first would change the others. */
function branchesOf(select: SelectStmt, facts: QueryFacts): SelectStmt[] | null {
  const { larg, rarg, op, limitCount, limitOffset, withClause, valuesLists } = select;
  if ([limitCount, limitOffset, withClause, valuesLists].some((clause) => clause !== undefined)) return null;
  if (facts.correlated.has(select)) return null;
  if (larg === undefined || rarg === undefined) return needsAllRows(select) ? null : [select];
  if (op !== 'SETOP_UNION') return null;
  const sides = [branchesOf(larg, facts), branchesOf(rarg, facts)];
  return sides.some((side) => side === null) ? null : sides.flatMap((side) => side ?? []);
}

/** It neither fails nor calls anything, and compares columns that are in every branch what they are in the whole. */
function mayMove(
  condition: Node,
  whole: SelectStmt,
  branches: readonly SelectStmt[],
  facts: QueryFacts,
  tables: Tables,
): boolean {
  if (!isPlain(condition)) return false;
  const columns = new Set<number>();
  let isKnown = true;
  rewrite(condition, (node) => {
    if (!('ColumnRef' in node)) return undefined;
    const origin = facts.columns.get(node.ColumnRef);
    if (origin === undefined || origin.table !== null || origin.merged || facts.rows.has(node.ColumnRef))
      isKnown = false;
    else columns.add(origin.index);
    return undefined;
  });
  if (!isKnown || columns.size === 0) return false;
  const typesOf = (select: SelectStmt): (PgType | undefined)[] =>
    [...columns].map((column) => facts.results.get(select)?.[column]?.type);
  const united = typesOf(whole);
  // Beside a char(n), text and varchar differ by the blanks at its end.
  const hasPadded = united.some((type) => type?.name === 'bpchar');
  const comparesTexts = united.some((type) => type !== undefined && isString(type));
  return branches.every((branch) => {
    if (comparesTexts && takesTextsForOne(branch, facts, tables)) return false;
    return (
      typesOf(branch).every((own, index) => {
        const type = united[index];
        if (own === undefined || type === undefined || !isOrderedAlike(own)) return false;
        // A constant beside another type of number would be read as that; varchar is compared as text.
        return own.name === type.name || (own.name === 'varchar' && type.name === 'text' && !hasPadded);
      }) && [...columns].every((column) => columnAt(branch, column, facts) !== null)
    );
  });
}

/** Whether it reads a Postgres column whose collation takes different texts for one: its source may judge by that, the gateway judges by bytes. */
function takesTextsForOne(branch: SelectStmt, facts: QueryFacts, tables: Tables): boolean {
  let isLoose = false;
  const look = ({ table, index }: Pick<ColumnOrigin, 'table' | 'index'>): void => {
    const read = table === null ? undefined : tables.get(table);
    const column = read?.columns[index];
    if (read?.storeKind === 'postgres' && column?.exact === false && isString(column.type)) isLoose = true;
  };
  walk({ SelectStmt: branch }, (kind, body) => {
    if (kind === 'ResTarget') for (const { origin } of facts.stars.get(body) ?? []) look(origin);
    const origin = kind === 'ColumnRef' ? facts.columns.get(body) : undefined;
    if (origin !== undefined) look(origin);
  });
  return isLoose;
}

function withConditions(select: SelectStmt, conditions: readonly Node[], facts: QueryFacts): SelectStmt {
  const { larg, rarg } = select;
  if (larg !== undefined && rarg !== undefined) {
    return {
      ...select,
      larg: withConditions(larg, conditions, facts),
      rarg: withConditions(rarg, conditions, facts),
    };
  }
  // Facts are kept of each node once: constants too are nodes.
  const own = conditions.map((condition) =>
    structuredClone(
      rewrite(condition, (node) =>
        'ColumnRef' in node ? columnAt(select, facts.columns.get(node.ColumnRef)!.index, facts)! : undefined,
      ),
    ),
  );
  const before = select.whereClause === undefined ? [] : [select.whereClause];
  return { ...select, whereClause: conjunction([...before, ...own])! };
}

/** The column that is the result column at this place; null for what is computed. */
function columnAt(select: SelectStmt, place: number, facts: QueryFacts): Node | null {
  const targets = (select.targetList ?? []).flatMap((target): (Node | null)[] => {
    if (!('ResTarget' in target)) return [null];
    const { val } = target.ResTarget;
    const star = facts.stars.get(target.ResTarget);
    if (star !== undefined)
      return star.map(({ name, origin, alias }) => (alias === '' || origin.merged ? null : columnNode(alias, name)));
    const origin = val !== undefined && 'ColumnRef' in val ? facts.columns.get(val.ColumnRef) : undefined;
    return [
      origin === undefined || origin.merged || facts.rows.has((val as { ColumnRef: object }).ColumnRef) ? null : val!,
    ];
  });
  return targets[place] ?? null;
}
