/**
 * Decides the SQL that a question to a view becomes: the view's own SQL as a subquery, the rights of the role and the filters around it,
 * dimensions, measures, order and limit. Names are quoted, values are bound, and only columns that the role may see can be named.
 */
import { hasRole, ROLES, type Role } from '@rtdp/identity/roles';
import { didYouMean } from '@rtdp/sql/nearest-name';
import { RtdpError } from '@rtdp/ums/error';
import type { QueryParts } from '../client/questions.ts';
import type { VariableValue } from '../client/variables.ts';
import type { Aggregation, ColumnType, ModelColumn, View } from '../client/views.ts';
import { type Moment, Parameters } from './bind-value.ts';
import {
  BUILT_IN_VARIABLES,
  bindVariables,
  checkOneSelect,
  type VariableContext,
  withoutSemicolon,
} from './bind-variables.ts';
import { compileFilter, compileHaving } from './compile-filter.ts';
import { Cuts } from './cut-moment.ts';
import { type Visible, visibleColumn, visibleOf } from './view-rights.ts';
import { checkZone } from './zone-time.ts';

export type CompiledView = Pick<View, 'name' | 'sql' | 'variables' | 'model' | 'rights'>;

/** Who asks, and when. */
export interface Asker extends Moment {
  subject: string;
  email: string;
  roles: readonly string[];
  /** Write the zone out where it matters, for one who does not know it by name. */
  listedZone?: boolean;
}

export interface CompiledColumn {
  name: string;
  modelType: ColumnType;
  role: 'dimension' | 'measure';
  label: string;
  format: string;
}

export interface CompiledOrder {
  column: number;
  /** What follows the name in ORDER BY. */
  direction: string;
}

export interface CompiledQuery {
  sql: string;
  parameters: readonly (string | null)[];
  columns: readonly CompiledColumn[];
  /** The order of the rows: places in `columns`. */
  order: readonly CompiledOrder[];
  /** The SQL asks for one row more, which tells whether there are more. */
  limit: number;
  /** The SQL names the viewer's zone; a source that refuses that may be asked with it written out. */
  namesZone: boolean;
}

export const VIEW = '"view"';
/** Longer names are cut by Postgres. */
const LONGEST_NAME = 63;

/** @throws RtdpError DAVINCI_VIEW_FORBIDDEN, DAVINCI_COLUMN_UNKNOWN, DAVINCI_QUERY_INVALID, DAVINCI_VARIABLE_INVALID, DAVINCI_VARIABLE_UNKNOWN, DAVINCI_VIEW_INVALID */
export function compileView(
  view: CompiledView,
  query: QueryParts,
  values: Readonly<Record<string, VariableValue>>,
  asker: Asker,
): CompiledQuery {
  const { visible, parameters, from } = openView(view, values, asker);
  const cuts = new Cuts({ name: asker.timeZone, listed: asker.listedZone === true });
  const dimensions = query.dimensions.map(({ column: name, grain, alias }) => {
    const column = visibleColumn(visible, name);
    const shown = alias ?? (grain === undefined ? name : `${name} by ${grain}`);
    return {
      expression: cuts.cut(column, columnName(column), grain),
      aliases: [shown, name],
      column: {
        name: alias ?? name,
        modelType: column.type,
        role: 'dimension' as const,
        label: column.label,
        format: column.format,
      },
    };
  });
  const measures = query.measures.map((measure) => compileMeasure(measure, visible));
  const selected = [...dimensions, ...measures];
  if (selected.length === 0) throw refuse('nothing is asked for', 'Add a dimension or a measure.');
  const names = distinctNames(selected.map(({ column }) => column.name));

  const conditions = [...from.conditions, ...compileFilters(query.filters, { visible, cuts, parameters, asker })];
  const having = query.having.map((condition) => {
    const measure = measures.find(
      ({ aliases, column }) => column.name === condition.by || aliases.includes(condition.by),
    );
    if (measure === undefined) throw refuse(`there is no measure ${condition.by}`, 'Name a measure of this query.');
    return compileHaving(condition, measure.expression, measure.numeric, parameters, asker);
  });
  const order = query.sort.map(({ by, direction, nulls }) => {
    const index = selected.findIndex(({ aliases, column }) => column.name === by || aliases.includes(by));
    if (index < 0)
      throw refuse(`the result has no column ${by} to sort by`, 'Sort by a dimension or measure of this query.');
    return { column: index, direction: `${direction}${nulls === undefined ? '' : ` nulls ${nulls}`}` };
  });

  const lines = [
    `select ${selected.map(({ expression }, index) => `${expression} as ${quoteName(names[index]!)}`).join(', ')}`,
    cuts.around(from.sql, VIEW),
    ...(conditions.length === 0 ? [] : [`where ${conditions.join('\n  and ')}`]),
    // Without a measure rows are given as they are, not one of each.
    ...(measures.length === 0 || dimensions.length === 0
      ? []
      : [`group by ${[...new Set(dimensions.map(({ expression }) => expression))].join(', ')}`]),
    ...(having.length === 0 ? [] : [`having ${having.join(' and ')}`]),
    ...(order.length === 0
      ? []
      : [`order by ${order.map(({ column, direction }) => `${quoteName(names[column]!)} ${direction}`).join(', ')}`]),
    `limit ${query.limit + 1}`,
  ];
  return {
    sql: lines.join('\n'),
    parameters: parameters.values,
    columns: selected.map(({ column }) => column),
    order,
    limit: query.limit,
    namesZone: cuts.namesZone,
  };
}

/** The different values of one column, under the same rights as every other question; `filters` narrow them. */
export function compileValues(
  view: CompiledView,
  request: { column: string; search?: string | undefined; filters: QueryParts['filters']; limit: number },
  values: Readonly<Record<string, VariableValue>>,
  asker: Asker,
): CompiledQuery {
  const { visible, parameters, from } = openView(view, values, asker);
  const column = visibleColumn(visible, request.column);
  const expression = columnName(column);
  const cuts = new Cuts({ name: asker.timeZone, listed: asker.listedZone === true });
  const conditions = [...from.conditions, ...compileFilters(request.filters, { visible, cuts, parameters, asker })];
  if (request.search !== undefined && request.search !== '') {
    const pattern = `%${request.search.toLowerCase().replace(/[\\%_]/g, '\\$&')}%`;
    const text = column.type === 'text' ? expression : `${expression}::text`;
    conditions.push(`lower(${text}) like ${parameters.add(pattern, 'text')}`);
  }
  const sql = [
    `select distinct ${expression} as "value"`,
    cuts.around(from.sql, VIEW),
    ...(conditions.length === 0 ? [] : [`where ${conditions.join('\n  and ')}`]),
    'order by "value" asc',
    `limit ${request.limit + 1}`,
  ].join('\n');
  const { label, format } = column;
  return {
    sql,
    parameters: parameters.values,
    columns: [{ name: 'value', modelType: column.type, role: 'dimension', label, format }],
    order: [{ column: 0, direction: 'asc' }],
    limit: request.limit,
    namesZone: cuts.namesZone,
  };
}

function compileFilters(
  filters: QueryParts['filters'],
  over: { visible: Visible; cuts: Cuts; parameters: Parameters; asker: Asker },
): string[] {
  const { visible, cuts, parameters, asker } = over;
  return filters.map((filter) => {
    const column = visibleColumn(visible, filter.column);
    return compileFilter(filter, column, cuts.cut(column, columnName(column), filter.grain), parameters, asker);
  });
}

/**
 * What a view reads for the role of the one who asks, its filter included, with its variables as they stand by default: for lineage, which does
 * not depend on values.
 * @throws RtdpError DAVINCI_VIEW_FORBIDDEN, DAVINCI_VARIABLE_INVALID, DAVINCI_VIEW_INVALID
 */
export function compileLineage(view: CompiledView, asker: Asker): { sql: string } {
  const { from } = openView(view, {}, asker);
  // Columns may come twice, so none is named.
  const where = from.conditions.length === 0 ? '' : `\nwhere ${from.conditions.join('\n  and ')}`;
  return { sql: `select 1\n${from.sql}${where}` };
}

export function roleOf(roles: readonly string[]): Role | undefined {
  return ROLES.find((role) => hasRole({ roles }, role));
}

export function openView(view: CompiledView, values: Readonly<Record<string, VariableValue>>, asker: Asker) {
  checkZone(asker.timeZone);
  const visible = visibleOf(view, roleOf(asker.roles));
  checkNames(view, values);
  const parameters = new Parameters();
  const context = contextOf(view, values, asker);
  const written = withoutSemicolon(view.sql);
  const bound = bindVariables(written, parameters, context);
  // Parsed by itself: what is one SELECT alone cannot reach out of its brackets.
  checkOneSelect(bound, written);
  const conditions: string[] = [];
  if (visible.filter !== undefined) {
    const filter = bindVariables(visible.filter, parameters, context, 'authorization');
    checkCondition(filter.sql);
    conditions.push(`(${filter.sql}\n)`);
  }
  // The line break ends a comment that the text may end with.
  return { visible, parameters, from: { sql: `from (\n${bound.sql}\n) as ${VIEW}`, conditions } };
}

/** Those of scope authorization are known, and never looked at. */
function checkNames({ name: view, variables }: Pick<View, 'name' | 'variables'>, values: object): void {
  const known = new Set<string>([...variables.map(({ name }) => name), ...BUILT_IN_VARIABLES]);
  const unknown = Object.keys(values).find((name) => !known.has(name));
  if (unknown === undefined) return;
  const usable = variables.filter(({ scope }) => scope === 'query').map(({ name }) => name);
  const next = usable.length === 0 ? 'It has none: leave the value out.' : `It has ${usable.join(', ')}.`;
  throw new RtdpError({
    code: 'DAVINCI_VARIABLE_UNKNOWN',
    message: `the view ${view} has no variable ${JSON.stringify(unknown)}`,
    next: didYouMean(unknown, usable) ?? next,
    facts: { view, variable: unknown },
  });
}

function contextOf(
  { variables }: Pick<View, 'variables'>,
  values: Readonly<Record<string, VariableValue>>,
  asker: Asker,
): VariableContext {
  return {
    variables,
    values,
    moment: asker,
    viewer: { user_id: asker.subject, user_email: asker.email, user_role: roleOf(asker.roles) ?? '' },
  };
}

/** A condition must be one expression with and without brackets around it, so that it cannot close those it is put in. */
export function checkCondition(condition: string): void {
  for (const sql of [`select ${condition}`, `select (${condition}\n)`]) {
    checkOneSelect({ sql, origin: (index) => Math.max(0, index - 'select '.length) }, condition);
  }
}

function compileMeasure({ column: name, aggregation, alias }: QueryParts['measures'][number], visible: Visible) {
  if (name === '*') {
    if (aggregation !== 'count')
      throw refuse(`* can only be counted, not ${aggregation}`, 'Use the aggregation count.');
    return measureOf('count(*)', 'count(*)', alias, { label: '', format: '', modelType: 'number' });
  }
  const column = visibleColumn(visible, name);
  if ((aggregation === 'sum' || aggregation === 'avg') && column.type !== 'number') {
    throw refuse(`${name} is no number, so it has no ${aggregation}`, 'Use count, count_distinct, min or max.');
  }
  const counts = aggregation === 'count' || aggregation === 'count_distinct';
  return measureOf(AGGREGATE[aggregation](columnName(column)), `${aggregation}(${name})`, alias, {
    label: column.label,
    format: counts ? '' : column.format,
    modelType: counts ? 'number' : column.type,
  });
}

export const AGGREGATE: Record<Aggregation, (column: string) => string> = {
  sum: (column) => `sum(${column})`,
  avg: (column) => `avg(${column})`,
  count: (column) => `count(${column})`,
  count_distinct: (column) => `count(distinct ${column})`,
  min: (column) => `min(${column})`,
  max: (column) => `max(${column})`,
};

function measureOf(
  expression: string,
  name: string,
  alias: string | undefined,
  shown: { label: string; format: string; modelType: ColumnType },
) {
  return {
    expression,
    aliases: [name],
    numeric: shown.modelType === 'number',
    column: { ...shown, name: alias ?? name, role: 'measure' as const },
  };
}

export function columnName({ column }: ModelColumn): string {
  return `${VIEW}.${quoteName(column)}`;
}

/** Names for the SQL: the shown ones, but where they are too long or come twice. */
function distinctNames(shown: readonly string[]): string[] {
  const taken = new Set<string>();
  return shown.map((name, index) => {
    const fits = Buffer.byteLength(name) <= LONGEST_NAME && !taken.has(name);
    const used = fits ? name : `column ${index + 1}`;
    taken.add(used);
    return used;
  });
}

export function quoteName(name: string): string {
  if (name.includes('\0')) throw refuse('a name holds a character that no database takes', 'Rename it.');
  return `"${name.replaceAll('"', '""')}"`;
}

function refuse(message: string, next: string): RtdpError {
  return new RtdpError({ code: 'DAVINCI_QUERY_INVALID', message, next });
}
