/** Decides whether a widget asks only for what its view has, before it is kept: the columns that the writer may use, as the query itself has it. */
import { didYouMean } from '@rtdp/sql/nearest-name';
import { isRtdpError, RtdpError } from '@rtdp/ums/error';
import type { View } from '../client/views.ts';
import type { Widget } from '../client/widgets.ts';
import { roleOf } from '../views/compile-view.ts';
import { visibleOf } from '../views/view-rights.ts';

type WidgetQuery = Pick<Widget['query'], 'dimensions' | 'measures' | 'filters' | 'having' | 'sort'>;
export type AskedView = Pick<View, 'name' | 'model' | 'rights'>;

/** @throws RtdpError DAVINCI_WIDGET_INVALID, the same for a column that is hidden and one that is not there */
export function checkWidget(query: WidgetQuery, view: AskedView, roles: readonly string[]): void {
  const columns = columnsFor(view, roles);
  if (columns === undefined) return;
  const asked = [
    ...query.dimensions.map(({ column }, index) => ({ column, field: `query.dimensions[${index}].column` })),
    ...query.measures.map(({ column }, index) => ({ column, field: `query.measures[${index}].column` })),
    ...query.filters.map(({ column }, index) => ({ column, field: `query.filters[${index}].column` })),
  ];
  for (const { column, field } of asked) {
    if (columns.has(column) || (column === '*' && field.startsWith('query.measures'))) continue;
    throw unknown(`${field}: the view has no column ${JSON.stringify(column)} that you may use`, { column, field }, [
      ...columns,
    ]);
  }
  // One that was never finished has no result yet.
  if (query.dimensions.length + query.measures.length === 0) return;
  const { dimensions, measures } = resultNames(query);
  const results = [
    ...query.sort.map(({ by }, index) => ({
      by,
      field: `query.sort[${index}].by`,
      known: [...dimensions, ...measures],
    })),
    ...query.having.map(({ by }, index) => ({ by, field: `query.having[${index}].by`, known: measures })),
  ];
  for (const { by, field, known } of results) {
    if (known.includes(by)) continue;
    throw unknown(`${field}: the result has no column ${JSON.stringify(by)}`, { column: by, field }, known);
  }
}

/** What a part of the widget may call each column of the answer. */
export function resultNames({ dimensions, measures }: Pick<WidgetQuery, 'dimensions' | 'measures'>): {
  dimensions: string[];
  measures: string[];
} {
  return {
    dimensions: dimensions.flatMap(({ column, grain, alias }) =>
      named(alias ?? (grain === undefined ? column : `${column} by ${grain}`), column),
    ),
    measures: measures.flatMap(({ column, aggregation, alias }) => named(`${aggregation}(${column})`, alias)),
  };
}

/** Undefined where the writer may use nothing of the view: a widget may be for others, and nothing can be told of it. */
function columnsFor(view: AskedView, roles: readonly string[]): ReadonlySet<string> | undefined {
  try {
    return new Set(visibleOf(view, roleOf(roles)).columns.keys());
  } catch (error) {
    if (isRtdpError(error, 'DAVINCI_VIEW_FORBIDDEN')) return undefined;
    throw error;
  }
}

function named(...names: (string | undefined)[]): string[] {
  return names.filter((name) => name !== undefined);
}

function unknown(message: string, facts: { column: string; field: string }, known: readonly string[]): RtdpError {
  const listed = [...new Set(known)].slice(0, 40).join(', ');
  return new RtdpError({
    code: 'DAVINCI_WIDGET_INVALID',
    message,
    next: didYouMean(facts.column, known) ?? (listed === '' ? 'There is none.' : `Known columns: ${listed}.`),
    facts,
  });
}
