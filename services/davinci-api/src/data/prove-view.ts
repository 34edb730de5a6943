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
import { VIEW } from '../views/compile-view.ts';
import type { Asking } from './ask-view.ts';
import { atItsPlace } from './run-sql.ts';

const TIMEOUT_MS = 10_000;
/** What a widget asks is around the SQL of its view in the same way. */
const BEFORE = 'select * from (\n';
/** What the author is called would be held against columns that know only viewers: `:user_id::uuid` is none of an operator. */
const NOBODY = { user_id: null, user_email: null, user_role: null };

/** @throws RtdpError that of the source, with places in the SQL; DAVINCI_VIEW_INVALID, DAVINCI_NOT_FOUND */
export async function proveView(
  { view, source: input }: z.output<typeof viewCheckRequestSchema>,
  { sources, now }: { sources: SourceService; now: () => number },
  { viewer, onBehalf, gone }: Asking,
): Promise<z.output<typeof viewCheckSchema>> {
  checkView(view, now());
  const written = withoutSemicolon(view.sql);
  const moment = { now: now(), timeZone: 'UTC' };
  const context = { variables: view.variables, values: {}, moment, viewer: NOBODY };
  const source =
    input === undefined
      ? (await sources.open(viewer.organisationId, view.sourceId)).source
      : await sources.openInput(viewer, input);
  const asked = (filter: string) => {
    const parameters = new Parameters();
    const bound = bindVariables(written, parameters, context);
    const where = filter === '' ? '' : ` where (${bindVariables(filter, parameters, context, 'authorization').sql}\n)`;
    return {
      sql: `${BEFORE}${bound.sql}\n) as ${VIEW}${where} limit 0`,
      origin: (index: number) => bound.origin(Math.min(Math.max(0, index - BEFORE.length), bound.sql.length)),
      parameters: parameters.values,
    };
  };
  const ask = ({ sql, parameters }: ReturnType<typeof asked>) => {
    const limits = { maximumRows: 1, timeoutMs: TIMEOUT_MS, signal: gone, label: 'view:check' };
    return source.query({ sql, parameters, ...limits }, onBehalf);
  };
  try {
    const unfiltered = asked('');
    const { columns } = await ask(unfiltered).catch((error: unknown) => {
      throw atItsPlace(error, unfiltered, written);
    });
    for (const role of ROLES) {
      const filter = view.rights[role]?.filter?.trim() ?? '';
      if (filter === '') continue;
      await ask(asked(filter)).catch((error: unknown) => {
        throw ofFilter(error, role);
      });
    }
    // Last: the editor, which saves a view whose model is not finished, hears of its filters all the same.
    checkModel(
      view.model,
      columns.map(({ name }) => name),
    );
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
