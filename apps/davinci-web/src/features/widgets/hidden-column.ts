/** Decides whether a widget was refused for a column that its view has and hides from the one who saved it; the service tells it like one that is not there. Pure. */
import type { View } from '@rtdp/davinci-api/client';
import type { ApiError } from '../../api/client.ts';

/** @returns what the column is called for people */
export function hiddenColumn(
  { code, facts }: Pick<ApiError, 'code' | 'facts'>,
  view: Pick<View, 'model' | 'rights'> | undefined,
  role: keyof View['rights'] | undefined,
): string | undefined {
  // Of the result, which may well have a column of that name, is what does not end so.
  if (code !== 'DAVINCI_WIDGET_INVALID' || !String(facts.field).endsWith('.column') || role === undefined)
    return undefined;
  const column = view?.model.find((each) => each.column === facts.column);
  if (column === undefined || !view?.rights[role]?.hiddenColumns.includes(column.column)) return undefined;
  return column.label || column.column;
}
