/** Decides the SQL condition that a filter becomes: over a column of the model, with every value bound. */
import { RtdpError } from '@rtdp/ums/error';
import type { QueryParts } from '../client/questions.ts';
import type { RelativeDate } from '../client/variables.ts';
import type { ColumnType, ModelColumn } from '../client/views.ts';
import {
  bindValue,
  bindWall,
  invalid,
  isDateOnly,
  type Moment,
  type Parameters,
  type Scalar,
  wallTime,
} from './bind-value.ts';
import { relativeSpan } from './relative-dates.ts';

export type Filter = QueryParts['filters'][number];
type Comparison = '=' | '<>' | '<' | '<=' | '>' | '>=';

const DAY_MS = 86_400_000;

/** `expression` is the column as the query names it, or cut to a grain. @throws RtdpError DAVINCI_QUERY_INVALID, DAVINCI_VARIABLE_INVALID */
export function compileFilter(
  { operator, values, grain }: Filter,
  column: ModelColumn,
  expression: string,
  parameters: Parameters,
  moment: Moment,
): string {
  const what = `the filter on ${column.column}`;
  const bind = (value: Scalar | RelativeDate): string =>
    bindValue(parameters, boundType(column.type), value, moment, what);
  const [first, second] = values;
  switch (operator) {
    case 'is null':
    case 'is not null':
      return `${expression} ${operator}`;
    case 'in':
    case 'not in':
      return compileIn(operator, values, expression, bind);
    case 'between': {
      if (values.length !== 2) throw wrongCount(what, operator, 'two values');
      const parts = [
        first === null ? undefined : compare('>=', first!, column, expression, parameters, moment, grain),
        second === null ? undefined : compare('<=', second!, column, expression, parameters, moment, grain),
      ].filter((part) => part !== undefined);
      // Open at both ends: no condition at all.
      return parts.length === 0 ? 'true' : parts.join(' and ');
    }
    case 'like': {
      if (values.length !== 1) throw wrongCount(what, operator, 'one value');
      if (first === null || typeof first === 'object') throw invalid(what, 'needs a text to look for', first);
      const text = column.type === 'text' ? expression : `${expression}::text`;
      return `${text} like ${bindValue(parameters, 'text', first!, moment, what)}`;
    }
    case 'relative': {
      if (values.length !== 1) throw wrongCount(what, operator, 'one span');
      if (typeof first !== 'object' || first === null) throw invalid(what, 'needs {unit, amount}', first);
      const type = momentType(column.type, what);
      const { from, to } = relativeSpan(first, moment.now, moment.timeZone);
      const bound = (wall: number): string => bindWall(parameters, type, wall, moment);
      // A date is compared with dates, so a span that ends within a day takes that day whole.
      const end = type === 'date' ? Math.ceil(to / DAY_MS) * DAY_MS : to;
      return `${expression} >= ${bound(from)} and ${expression} < ${bound(end)}`;
    }
    default: {
      if (values.length !== 1) throw wrongCount(what, operator, 'one value');
      if (first === null) {
        if (operator === '=') return `${expression} is null`;
        if (operator === '!=') return `${expression} is not null`;
        throw invalid(what, 'cannot compare with nothing', first);
      }
      return compare(operator === '!=' ? '<>' : operator, first!, column, expression, parameters, moment, grain);
    }
  }
}

/** A condition on what a measure gives; its values are numbers, or texts whose type the measure decides. */
export function compileHaving(
  { operator, values, by }: QueryParts['having'][number],
  expression: string,
  numeric: boolean,
  parameters: Parameters,
  moment: Moment,
): string {
  const what = `the condition on ${by}`;
  const bind = (value: Scalar | undefined): string => {
    if (value === undefined || value === null) throw wrongCount(what, operator, 'a value');
    return bindValue(parameters, numeric ? 'number' : 'bare', value, moment, what);
  };
  if (operator === 'is null' || operator === 'is not null') return `${expression} ${operator}`;
  if (operator === 'between') return `${expression} between ${bind(values[0])} and ${bind(values[1])}`;
  return `${expression} ${operator === '!=' ? '<>' : operator} ${bind(values[0])}`;
}

function compileIn(
  operator: 'in' | 'not in',
  values: Filter['values'],
  expression: string,
  bind: (value: Scalar | RelativeDate) => string,
): string {
  const some = values.filter((value) => value !== null);
  const withNull = some.length < values.length;
  const list = some.map(bind).join(', ');
  if (operator === 'in') {
    if (some.length === 0) return withNull ? `${expression} is null` : 'false';
    return withNull ? `(${expression} in (${list}) or ${expression} is null)` : `${expression} in (${list})`;
  }
  if (some.length === 0) return withNull ? `${expression} is not null` : 'true';
  // What is null is in no list; it goes only when the list names it.
  return withNull ? `${expression} not in (${list})` : `(${expression} not in (${list}) or ${expression} is null)`;
}

/** A day without a time, compared with a column of times, means the whole day as the viewer's calendar has it. */
function compare(
  operator: Comparison,
  value: Scalar | RelativeDate,
  column: ModelColumn,
  expression: string,
  parameters: Parameters,
  moment: Moment,
  grain: Filter['grain'],
): string {
  const what = `the filter on ${column.column}`;
  const { type } = column;
  if ((type === 'datetime' || type === 'instant') && grain === undefined && isDateOnly(value)) {
    const day = wallTime(value, moment, what);
    const start = (): string => bindWall(parameters, type, day, moment);
    const end = (): string => bindWall(parameters, type, day + DAY_MS, moment);
    switch (operator) {
      case '=':
        return `${expression} >= ${start()} and ${expression} < ${end()}`;
      case '<>':
        return `(${expression} < ${start()} or ${expression} >= ${end()})`;
      case '<':
      case '>=':
        return `${expression} ${operator} ${start()}`;
      case '<=':
        return `${expression} < ${end()}`;
      case '>':
        return `${expression} >= ${end()}`;
    }
  }
  return `${expression} ${operator} ${bindValue(parameters, boundType(type), value, moment, what)}`;
}

/** Text goes without a cast, so that the column decides what it is (uuid, an enumeration, …). */
function boundType(type: ColumnType): Exclude<ColumnType, 'other' | 'text'> | 'bare' {
  return type === 'text' || type === 'other' ? 'bare' : type;
}

function momentType(type: ColumnType, what: string): 'date' | 'datetime' | 'instant' {
  if (type === 'date' || type === 'datetime' || type === 'instant') return type;
  throw new RtdpError({
    code: 'DAVINCI_QUERY_INVALID',
    message: `${what} is relative to now, but the column is no date`,
    next: 'Choose a column with dates, or another operator.',
  });
}

function wrongCount(what: string, operator: string, needed: string): RtdpError {
  return new RtdpError({
    code: 'DAVINCI_QUERY_INVALID',
    message: `${what} needs ${needed} for ${operator}`,
    next: 'Give the values that the operator takes.',
    facts: { operator },
  });
}
