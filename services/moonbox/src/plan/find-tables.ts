/** Finds the table that each name in FROM stands for, and refuses what the user does not see; names that WITH defines are no tables. */
import type { Statement } from '@rtdp/sql/expression';
import { nearestName } from '@rtdp/sql/nearest-name';
import { SqlError, type SqlProblem } from '@rtdp/sql/problem';
import type { Node, RangeVar, SelectStmt } from '@rtdp/sql/syntax-tree';
import type { PlannerContext, PlannerRelation } from './contract.ts';

const SYSTEM_SCHEMAS = new Set(['pg_catalog', 'information_schema', 'pg_toast']);

type Names = Pick<PlannerContext, 'findTable' | 'tableNames' | 'databaseNames' | 'seesAll' | 'defaultDatabase'>;

/** Throws SqlError with every name that stands for nothing. */
export function findTables(statement: Statement, select: SelectStmt, context: Names): Map<RangeVar, PlannerRelation> {
  const found = new Map<RangeVar, PlannerRelation>();
  const problems: SqlProblem[] = [];

  const visitTable = (node: RangeVar, known: ReadonlySet<string>): void => {
    if (node.schemaname === undefined && known.has(node.relname!)) return;
    const written = [node.catalogname, node.schemaname, node.relname].filter((part) => part !== undefined).join('.');
    const database = node.schemaname ?? context.defaultDatabase;
    const isSystem = node.catalogname !== undefined || SYSTEM_SCHEMAS.has(node.schemaname ?? '');
    const table = isSystem ? undefined : context.findTable(database, node.relname!);
    if (table !== undefined) {
      found.set(node, table);
      return;
    }
    if (isSystem || (node.schemaname === undefined && /^pg_/.test(node.relname!))) {
      problems.push(
        statement.problem(
          'SQL_CATALOG_FORBIDDEN',
          `${written} is no table of a database of the gateway.`,
          writable(node, context),
          node.location,
        ),
      );
      return;
    }
    const { message, next } = unknownTable(database, node.relname!, context);
    problems.push(statement.problem('SQL_UNKNOWN_TABLE', message, next, node.location));
  };

  const visitSelect = (inner: SelectStmt, around: ReadonlySet<string>): void => {
    let known = around;
    const { withClause } = inner;
    if (withClause !== undefined) {
      const names = (withClause.ctes ?? []).map((node) =>
        'CommonTableExpr' in node ? node.CommonTableExpr.ctename! : '',
      );
      if (withClause.recursive === true) known = new Set([...known, ...names]);
      for (const [index, node] of (withClause.ctes ?? []).entries()) {
        visit(node, known);
        if (withClause.recursive !== true) known = new Set([...known, names[index]!]);
      }
    }
    for (const [key, value] of Object.entries(inner)) {
      if (key === 'withClause') continue;
      if (key === 'larg' || key === 'rarg') visitSelect(value as SelectStmt, known);
      else visit(value, known);
    }
  };

  const visit = (value: unknown, known: ReadonlySet<string>): void => {
    if (Array.isArray(value)) for (const item of value) visit(item, known);
    else if (typeof value === 'object' && value !== null) {
      const node = value as Node;
      if ('RangeVar' in node) visitTable(node.RangeVar, known);
      else if ('SelectStmt' in node) visitSelect(node.SelectStmt, known);
      else for (const item of Object.values(value)) visit(item, known);
    }
  };

  visitSelect(select, new Set());
  if (problems.length > 0) throw new SqlError(problems.sort((a, b) => a.line - b.line || a.column - b.column));
  return found;
}

/**
 * What is said of a name that stands for no table. Who does not see all there is, is told the same of a table or database that is hidden as of
 * one that is not there.
 */
function unknownTable(database: string | undefined, table: string, context: Names): { message: string; next: string } {
  const names = context.tableNames?.() ?? [];
  const seesAll = context.seesAll === true;
  if (database === undefined) {
    const alone = names.filter((name) => tableOf(name) === table);
    if (alone.length > 0) {
      const message = seesAll
        ? `The name ${table} alone stands for more than one table.`
        : `The name ${table} alone stands for no table: which one it is would depend on what you may read.`;
      return {
        message,
        next: `Write ${alone.slice(0, 3).map(inQuotes).join(' or ')}, or give the request a database.`,
      };
    }
    const nearest = nearestName(table, names.map(tableOf));
    return {
      message: seesAll
        ? `No database has a table ${table}.`
        : `The table ${table} does not exist, or you may not read it.`,
      next: suggested(names.find((name) => tableOf(name) === nearest)) ?? WRITE_DATABASE,
    };
  }
  const full = `${database}.${table}`;
  const near = suggested(nearestName(full, names) ?? names.find((name) => name.split('.').at(-1) === table));
  const databases = context.databaseNames?.();
  if (databases === undefined || databases.includes(database)) {
    const message = seesAll
      ? `The database ${database} has no table ${table}.`
      : `The table ${full} does not exist, or you may not read it.`;
    return { message, next: near ?? 'SHOW TABLES lists the tables you may read.' };
  }
  return {
    message: seesAll
      ? `There is no database ${database}.`
      : `The database ${database} does not exist, or you may not read it.`,
    next:
      near ??
      (databases.length > 0
        ? `Use one of: ${databases.slice(0, MOST_NAMES).join(', ')}.`
        : seesAll
          ? 'Mount one.'
          : 'Ask an administrator for a grant.'),
  };
}

const MOST_NAMES = 20;
const WRITE_DATABASE = 'Write database.table; SHOW TABLES lists the tables you may read.';

function suggested(name: string | undefined): string | undefined {
  return name === undefined ? undefined : `Did you mean ${inQuotes(name)}?`;
}

/** Of `database.table`. */
function tableOf(name: string): string {
  return name.slice(name.indexOf('.') + 1);
}

/** How the table that was written in three parts is written in two. */
function writable(
  { catalogname, schemaname, relname }: RangeVar,
  { findTable, tableNames }: Pick<PlannerContext, 'findTable' | 'tableNames'>,
): string {
  if (catalogname !== undefined) {
    const full = findTable(catalogname, `${schemaname}.${relname}`);
    const plain = findTable(catalogname, relname!);
    const names = [
      ...(plain !== undefined && (full?.name === plain.name || schemaname === 'public') ? [relname!] : []),
      ...(full === undefined ? [] : [`${schemaname}.${relname}`]),
    ];
    if (names.length > 0) return `Write ${names.map((name) => inQuotes(`${catalogname}.${name}`)).join(', or ')}.`;
    const near = nearestName(`${catalogname}.${schemaname}.${relname}`, tableNames?.() ?? []);
    if (near !== undefined) return `Did you mean ${inQuotes(near)}?`;
  }
  return 'Write database.table, and the table in double quotes where a dot is in its name; SHOW TABLES lists them.';
}

/** `database.table` as a statement writes it: what is no plain name stands in double quotes. */
function inQuotes(name: string): string {
  const dot = name.indexOf('.');
  const parts = dot < 0 ? [name] : [name.slice(0, dot), name.slice(dot + 1)];
  return parts.map((part) => (/^[a-z_][a-z0-9_$]*$/.test(part) ? part : `"${part.replaceAll('"', '""')}"`)).join('.');
}
