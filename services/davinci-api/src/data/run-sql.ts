/** Decides how an editor's own SQL is run: as that editor, with bound variables, cancelled by its id, errors at their place in the text. */
import { positionOfIndex } from '@rtdp/sql/position';
import { SqlError } from '@rtdp/sql/problem';
import { RtdpError } from '@rtdp/ums/error';
import type { z } from 'zod';
import type { RunResult, runRequestSchema } from '../client/questions.ts';
import type { SourceService } from '../sources/source-service.ts';
import { Parameters } from '../views/bind-value.ts';
import { type BoundSql, bindVariables, moveProblems, withoutSemicolon } from '../views/bind-variables.ts';
import { roleOf } from '../views/compile-view.ts';
import { checkZone } from '../views/zone-time.ts';
import type { Asking } from './ask-view.ts';
import { columnTypeOf } from './column-types.ts';
import { cancelled } from './until-gone.ts';

export class RunSql {
  readonly #options: { sources: SourceService; timeoutMs: number; now: () => number };
  /** Organisation, subject and run id → how to end it. */
  readonly #running = new Map<string, AbortController>();

  constructor(options: { sources: SourceService; timeoutMs: number; now: () => number }) {
    this.#options = options;
  }

  /** @throws RtdpError DAVINCI_RUN_EXISTS, DAVINCI_QUERY_CANCELLED, or that of the source, with places as in `sql` */
  async run(request: z.output<typeof runRequestSchema>, { viewer, onBehalf, gone }: Asking): Promise<RunResult> {
    const { sources, now, timeoutMs } = this.#options;
    checkZone(request.timeZone);
    const key = JSON.stringify([viewer.organisationId, viewer.subject, request.runId]);
    if (this.#running.has(key)) {
      throw new RtdpError({
        code: 'DAVINCI_RUN_EXISTS',
        message: `a run ${request.runId} is under way`,
        next: 'Choose an id of its own for each run.',
      });
    }
    const controller = new AbortController();
    this.#running.set(key, controller);
    try {
      const { source } = await sources.open(viewer.organisationId, request.sourceId);
      const parameters = new Parameters();
      const written = withoutSemicolon(request.sql);
      const bound = bindVariables(written, parameters, {
        variables: request.variables,
        values: request.values,
        moment: { now: now(), timeZone: request.timeZone },
        viewer: { user_id: viewer.subject, user_email: viewer.email, user_role: roleOf(viewer.roles) ?? '' },
      });
      const startedAt = performance.now();
      const query = {
        sql: bound.sql,
        parameters: parameters.values,
        maximumRows: request.maximumRows,
        timeoutMs,
        signal: AbortSignal.any([controller.signal, gone]),
        label: `run:${request.runId}`,
      };
      const answer = await source.query(query, onBehalf).catch((error: unknown) => {
        throw atItsPlace(error, bound, written);
      });
      return {
        runId: request.runId,
        columns: answer.columns.map((column) => ({ ...column, modelType: columnTypeOf(column.type) })),
        rows: answer.rows,
        rowCount: answer.rows.length,
        truncated: answer.truncated,
        milliseconds: Math.round(performance.now() - startedAt),
        tables: answer.tables,
      };
    } finally {
      this.#running.delete(key);
    }
  }

  /** False when no such run of this subject is under way. */
  cancel(viewer: { organisationId: string; subject: string }, runId: string): boolean {
    const controller = this.#running.get(JSON.stringify([viewer.organisationId, viewer.subject, runId]));
    controller?.abort(cancelled('by the one who started it'));
    return controller !== undefined;
  }
}

/** The error of a source that was sent the bound text, with its places in the text as written. */
export function atItsPlace(error: unknown, { sql, origin }: BoundSql, written: string): unknown {
  if (error instanceof SqlError) return moveProblems(error, sql, origin, written);
  if (!(error instanceof RtdpError)) return error;
  const { position } = error.facts as { position?: number };
  // Where a source tells one position, in characters from 1.
  const facts =
    typeof position === 'number'
      ? { ...error.facts, problems: [{ message: error.message, ...positionOfIndex(sql, position - 1) }] }
      : error.facts;
  const { code, message, next } = error;
  return moveProblems({ code, message, next, facts }, sql, origin, written);
}
