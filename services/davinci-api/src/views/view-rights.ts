/** Decides what a role may see of a view: which columns, and under which condition on its rows. Without an entry for the role: nothing. */
import type { Role } from '@rtdp/identity/roles';
import { RtdpError } from '@rtdp/ums/error';
import type { ModelColumn, View } from '../client/views.ts';

export interface Visible {
  columns: ReadonlyMap<string, ModelColumn>;
  /** SQL condition over the columns of the view; undefined where every row may be seen. */
  filter: string | undefined;
}

/** @throws RtdpError DAVINCI_VIEW_FORBIDDEN */
export function visibleOf(view: Pick<View, 'name' | 'model' | 'rights'>, role: Role | undefined): Visible {
  const all = new Map(view.model.map((column) => [column.column, column]));
  if (Object.keys(view.rights).length === 0) return { columns: all, filter: undefined };
  const entry = role === undefined ? undefined : view.rights[role];
  if (entry === undefined) {
    throw new RtdpError({
      code: 'DAVINCI_VIEW_FORBIDDEN',
      message: `the view ${view.name} is not open to the role ${role ?? 'of this token'}`,
      next: 'Ask an editor to give the role an entry in the rights of the view.',
      facts: { view: view.name, role },
    });
  }
  for (const hidden of entry.hiddenColumns) all.delete(hidden);
  const filter = entry.filter?.trim() ?? '';
  return { columns: all, filter: filter === '' ? undefined : filter };
}

/** @throws RtdpError DAVINCI_COLUMN_UNKNOWN, the same for a column that is hidden and one that is not there */
export function visibleColumn(visible: Visible, name: string): ModelColumn {
  const column = visible.columns.get(name);
  if (column !== undefined) return column;
  throw new RtdpError({
    code: 'DAVINCI_COLUMN_UNKNOWN',
    message: `the view has no column ${JSON.stringify(name)} that you may use`,
    next: 'Choose another column; the model of the view lists them.',
    facts: { column: name },
  });
}
