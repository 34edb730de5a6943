/** Decides whether a view makes sense before it is kept: its SQL is one SELECT, its variables, model and rights fit each other. */
import { ROLES } from '@rtdp/identity/roles';
import { RtdpError } from '@rtdp/ums/error';
import type { View } from '../client/views.ts';
import { Parameters } from './bind-value.ts';
import { BUILT_IN_VARIABLES, bindVariables, checkOneSelect, withoutSemicolon } from './bind-variables.ts';
import { checkCondition } from './compile-view.ts';

type CheckedView = Pick<View, 'sql' | 'variables' | 'model' | 'rights'>;

/** @throws RtdpError DAVINCI_VIEW_INVALID, DAVINCI_VARIABLE_INVALID, SQL_SYNTAX, SQL_NOT_SELECT */
export function checkView(view: CheckedView, now: number): void {
  const twice = firstTwice(view.variables.map(({ name }) => name));
  if (twice !== undefined) throw refuse(`two variables are called ${twice}`, 'Rename one of them.');
  const taken = view.variables.find(({ name }) => (BUILT_IN_VARIABLES as readonly string[]).includes(name));
  if (taken !== undefined) throw refuse(`:${taken.name} is the platform's own`, 'Choose another name.');
  const columnTwice = firstTwice(view.model.map(({ column }) => column));
  if (columnTwice !== undefined) throw refuse(`the model has ${columnTwice} twice`, 'Remove one of them.');

  const context = {
    variables: view.variables,
    values: {},
    viewer: { user_id: '', user_email: '', user_role: '' },
    moment: { now, timeZone: 'UTC' },
  };
  const written = withoutSemicolon(view.sql);
  checkOneSelect(bindVariables(written, new Parameters(), context), written);

  const columns = new Set(view.model.map(({ column }) => column));
  for (const role of ROLES) {
    const entry = view.rights[role];
    if (entry === undefined) continue;
    const strange = entry.hiddenColumns.find((column) => !columns.has(column));
    if (strange !== undefined) {
      throw refuse(`the rights of ${role} hide ${strange}, which the model does not have`, 'Correct the name.');
    }
    const filter = entry.filter?.trim() ?? '';
    if (filter === '') continue;
    checkCondition(bindVariables(filter, new Parameters(), context, 'authorization').sql);
  }
}

function firstTwice(names: readonly string[]): string | undefined {
  return names.find((name, index) => names.indexOf(name) !== index);
}

function refuse(message: string, next: string): RtdpError {
  return new RtdpError({ code: 'DAVINCI_VIEW_INVALID', message, next });
}
