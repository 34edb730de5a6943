/** Decides whether a view that need not be kept would work: its source is asked for its columns, without a row, and its model and row filters may name only these. */
import { ROLES, type Role } from '@rtdp/identity/roles';
import { didYouMean } from '@rtdp/sql/nearest-name';
import { SqlError } from '@rtdp/sql/problem';
import { RtdpError } from '@rtdp/ums/error';
import type { z } from 'zod';
import type { View, viewCheckRequestSchema, viewCheckSchema } from '../client/views.ts';
import type { SourceService } from '../sources/source-service.ts';
import { Parameters } from '../views/bind-value.ts';
import { bindVariables, withoutSemicolon } from '../views/bind-variables.ts';
import { checkView } from '../views/check-view.ts';
import { openView, roleOf } from '../views/compile-view.ts';
import type { Asking } from './ask-view.ts';
import { atItsPlace } from './run-sql.ts';

const TIMEOUT_MS = 10_000;
/** What a widget asks is around the SQL of its view in the same way. */
const BEFORE = 'select * from (\n';
const BEHIND = '\n) as "view" limit 0';

/** @throws RtdpError that of the source, with places in the SQL; DAVINCI_VIEW_INVALID, DAVINCI_NOT_FOUND */
export async function proveView(
  { view, source: input }: z.output<typeof viewCheckRequestSchema>,
  { sources, now }: { sources: SourceService; now: () => number },
  { viewer, onBehalf, gone }: Asking,
): Promise<z.output<typeof viewCheckSchema>> {
  checkView(view, now());
  const parameters = new Parameters();
  const written = withoutSemicolon(view.sql);
  const bound = bindVariables(written, parameters, {
    variables: view.variables,
    values: {},
    moment: { now: now(), timeZone: 'UTC' },
    viewer: { user_id: viewer.subject, user_email: viewer.email, user_role: roleOf(viewer.roles) ?? '' },
  });
  const around = {
    sql: `${BEFORE}${bound.sql}${BEHIND}`,
    origin: (index: number) => bound.origin(Math.min(Math.max(0, index - BEFORE.length), bound.sql.length)),
  };
  const query = {
    sql: around.sql,
    parameters: parameters.values,
    maximumRows: 1,
    timeoutMs: TIMEOUT_MS,
    signal: gone,
    label: 'view:check',
  };
  const source =
    input === undefined
      ? (await sources.open(viewer.organisationId, view.sourceId)).source
      : await sources.openInput(viewer, input);
  try {
    const { columns } = await source.query(query, onBehalf).catch((error: unknown) => {
      throw atItsPlace(error, around, written);
    });
    checkModel(
      view.model,
      columns.map(({ name }) => name),
    );
    for (const role of ROLES) {
      if ((view.rights[role]?.filter?.trim() ?? '') === '') continue;
      const asker = { ...viewer, roles: [role], now: now(), timeZone: 'UTC' };
      const { from, parameters: values } = openView(view, {}, asker);
      const sql = `select *\n${from.sql}\nwhere ${from.conditions.join(' and ')}\nlimit 0`;
      await source.query({ ...query, sql, parameters: values.values }, onBehalf).catch((error: unknown) => {
        throw ofFilter(error, role);
      });
    }
    return { columns };
  } finally {
    if (input !== undefined) await source.close();
  }
}

/** Keeps the code, which tells a source that is away from a filter that is wrong; a place would be taken for one in the SQL of the view. */
function ofFilter(error: unknown, role: Role): unknown {
  if (!(error instanceof RtdpError || error instanceof SqlError)) return error;
  const { code, message, next } = error;
  const { problems: _, position: __, ...facts } = error.facts as Record<string, unknown>;
  return new RtdpError({
    code,
    message: `the row filter of ${role}: ${message}`,
    next,
    facts: { ...facts, role },
    cause: error,
  });
}

/** @throws RtdpError DAVINCI_VIEW_INVALID where the model names what the SQL does not give */
export function checkModel(model: View['model'], given: readonly string[]): void {
  const strange = model.find(({ column }) => !given.includes(column));
  if (strange === undefined) return;
  throw new RtdpError({
    code: 'DAVINCI_VIEW_INVALID',
    message: `the model has ${strange.column}, which the SQL does not give`,
    next: didYouMean(strange.column, given) ?? `The SQL gives: ${given.slice(0, 40).join(', ')}.`,
    facts: { column: strange.column },
  });
}
