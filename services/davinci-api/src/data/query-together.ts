/** Decides how many questions of one request are answered: a line of JSON for each, as soon as its answer is there; each can be ended alone. */
import type { Readable } from 'node:stream';
import { toHttpError } from '@rtdp/service/http-errors';
import { RtdpError } from '@rtdp/ums/error';
import type { z } from 'zod';
import { type queriesRequestSchema, queryRequestSchema } from '../client/questions.ts';
import { AnswerLines } from './answer-lines.ts';
import type { Asking, AskView } from './ask-view.ts';
import { cancelled } from './until-gone.ts';

type Questions = z.output<typeof queriesRequestSchema>['questions'];

export class QueryTogether {
  readonly #asks: AskView;
  /** Organisation, subject and id of a question → how to end it. */
  readonly #running = new Map<string, AbortController>();

  constructor(asks: AskView) {
    this.#asks = asks;
  }

  /**
   * The lines, of the shape `queriesLineSchema`. `unexpected` is told what no caller is to blame for.
   * @throws RtdpError DAVINCI_RUN_EXISTS
   */
  run(questions: Questions, asking: Asking, unexpected: (error: unknown) => void): Readable {
    const { viewer, gone } = asking;
    const keys = questions.map(({ id }) => keyOf(viewer, id));
    const taken = keys.findIndex((key, index) => this.#running.has(key) || keys.indexOf(key) !== index);
    if (taken >= 0) {
      throw new RtdpError({
        code: 'DAVINCI_RUN_EXISTS',
        message: `a question ${questions[taken]!.id} is under way`,
        next: 'Choose an id of its own for each question.',
      });
    }
    const lines = new AnswerLines();
    const fail = (id: string, error: unknown): void => {
      const { status, body, unexpected: isOurs } = toHttpError(error);
      if (isOurs) unexpected(error);
      lines.add(JSON.stringify({ id, status, error: body }));
    };
    const readable = questions.flatMap(({ id, ...question }, index) => {
      const read = queryRequestSchema.safeParse(question);
      if (read.success) {
        const controller = new AbortController();
        this.#running.set(keys[index]!, controller);
        return [{ id, key: keys[index]!, request: read.data, gone: AbortSignal.any([gone, controller.signal]) }];
      }
      fail(id, unreadable(read.error));
      return [];
    });
    const ended = (): void => {
      for (const { key } of readable) this.#running.delete(key);
    };
    this.#asks
      .queryTogether(readable, asking, (index, outcome) => {
        const { id, key } = readable[index]!;
        this.#running.delete(key);
        if ('error' in outcome) fail(id, outcome.error);
        else lines.add(`{"id":${JSON.stringify(id)},"result":${outcome.text}}`);
      })
      .then(
        () => lines.finish(),
        (error) => lines.destroy(error as Error),
      )
      .finally(ended);
    return lines;
  }

  /** How many of the ids name a question of this subject that is under way. */
  cancel(viewer: { organisationId: string; subject: string }, ids: readonly string[]): number {
    const found = ids.flatMap((id) => this.#running.get(keyOf(viewer, id)) ?? []);
    for (const controller of found) controller.abort(cancelled('by the one who asked'));
    return found.length;
  }
}

function keyOf({ organisationId, subject }: { organisationId: string; subject: string }, id: string): string {
  return JSON.stringify([organisationId, subject, id]);
}

function unreadable(error: z.ZodError): RtdpError {
  const problems = error.issues.map(({ path, message }) => ({ field: path.join('.'), problem: message }));
  return new RtdpError({
    code: 'SERVICE_REQUEST_INVALID',
    message: problems.map(({ field, problem }) => `${field}: ${problem}`).join('; '),
    next: 'Correct the named fields; /docs shows what a question takes.',
    facts: { problems },
  });
}
