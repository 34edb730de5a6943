/** Decides which requests there are for dead letters: list, look, edit, replay, discard. */
import { requireRole } from '@rtdp/identity/roles';
import { type HttpApplication, identityOf } from '@rtdp/service/http';
import { RtdpError } from '@rtdp/ums/error';
import { peekHead } from '@rtdp/ums/message-head';
import type { UmsField } from '@rtdp/ums/types';
import { z } from 'zod';
import { deadLetterDetailSchema, deadLetterSchema, replaySchema } from '../client.ts';
import { DEAD_LETTER_STATUSES } from '../dead-letter/dead-letter-status.ts';
import type { ReplayResult } from '../dead-letter/replay.ts';
import type { RoutesOptions } from './flow-routes.ts';
import { deadLetterView } from './views.ts';

const named = z.object({ name: z.string() });
const one = named.extend({ id: z.string().regex(/^\d{1,18}$/) });
const ids = z
  .array(z.string().regex(/^\d{1,18}$/))
  .min(1)
  .max(1_000);

export function deadLetterRoutes(application: HttpApplication, { service, around }: RoutesOptions): void {
  const find = async (organisationId: string, name: string, id: string) => {
    const flow = await service.get(organisationId, name);
    return { flow, letter: await around.deadLetters.get(flow.id, BigInt(id)) };
  };

  application.get(
    '/flows/:name/dead-letters',
    {
      schema: {
        tags: ['dead letters'],
        summary: 'Rows that could not be computed or stored, newest first',
        params: named,
        querystring: z.object({
          status: z.enum(DEAD_LETTER_STATUSES).optional(),
          table: z.string().optional(),
          before: z
            .string()
            .regex(/^\d{1,18}$/)
            .optional(),
          limit: z.coerce.number().int().min(1).max(1_000).default(100),
        }),
        response: { 200: z.array(deadLetterSchema) },
      },
    },
    async (request) => {
      const flow = await service.get(identityOf(request).organisationId, request.params.name);
      const { before, ...filter } = request.query;
      const letters = await around.deadLetters.list(flow.id, {
        ...filter,
        before: before === undefined ? undefined : BigInt(before),
      });
      return letters.map(deadLetterView);
    },
  );

  application.get(
    '/flows/:name/dead-letters/:id',
    {
      schema: {
        tags: ['dead letters'],
        summary: 'One row with its message, raw',
        params: one,
        response: { 200: deadLetterDetailSchema },
      },
    },
    async (request) => {
      const { letter } = await find(identityOf(request).organisationId, request.params.name, request.params.id);
      return { ...deadLetterView(letter), fields: fieldsOf(letter.raw), raw: letter.raw.toString('base64') };
    },
  );

  application.patch(
    '/flows/:name/dead-letters/:id',
    {
      schema: {
        tags: ['dead letters'],
        summary: 'Edit the row that a replay will use',
        params: one,
        body: z.strictObject({ tuple: z.array(z.unknown()).nullable() }),
        response: { 200: deadLetterSchema },
      },
    },
    async (request) => {
      const identity = identityOf(request);
      requireRole(identity, 'editor');
      const { flow, letter } = await find(identity.organisationId, request.params.name, request.params.id);
      const { tuple } = request.body;
      if (tuple !== null) requireSameRow(letter.raw, letter.tuple, tuple);
      await around.deadLetters.change(letter.id, { edited: tuple, by: identity.subject });
      return deadLetterView(await around.deadLetters.get(flow.id, letter.id));
    },
  );

  application.post(
    '/flows/:name/dead-letters/replay',
    {
      schema: {
        tags: ['dead letters'],
        summary: 'Try rows again under their own ids',
        params: named,
        body: z.strictObject({ ids: z.union([z.literal('all'), ids]) }),
        response: { 200: replaySchema },
      },
    },
    async (request) => {
      const identity = identityOf(request);
      requireRole(identity, 'editor');
      return results(
        await service.replay(identity.organisationId, request.params.name, request.body.ids, identity.subject),
      );
    },
  );

  application.post(
    '/flows/:name/dead-letters/discard',
    {
      schema: {
        tags: ['dead letters'],
        summary: 'Give rows up knowingly',
        params: named,
        body: z.strictObject({ ids }),
        response: { 200: replaySchema },
      },
    },
    async (request) => {
      const identity = identityOf(request);
      requireRole(identity, 'editor');
      return results(
        await service.discard(identity.organisationId, request.params.name, request.body.ids, identity.subject),
      );
    },
  );
}

function results(list: readonly ReplayResult[]): z.output<typeof replaySchema> {
  return { results: list.map(({ id, status, reason }) => ({ id: id.toString(), status, reason })) };
}

function fieldsOf(raw: Buffer): UmsField[] | null {
  try {
    return [...peekHead(raw).fields()];
  } catch {
    // The message itself is what is broken: there are no fields to show.
    return null;
  }
}

/** An edit changes values, never which row it is: the id is what the sink's guard goes by. */
function requireSameRow(raw: Buffer, before: unknown[] | null, after: unknown[]): void {
  const fields = fieldsOf(raw);
  const idAt = fields?.findIndex(({ name }) => name === 'ums_id_') ?? -1;
  if (fields !== null && after.length === fields.length && (before === null || after[idAt] === before[idAt])) return;
  throw new RtdpError({
    code: 'WORMHOLE_DEAD_LETTER_INVALID',
    message:
      fields === null
        ? 'the message of this dead letter has no readable fields'
        : `the row must have ${fields.length} values and keep its ums_id_`,
    next: 'Take the tuple as it is shown and change only the values of the columns.',
    facts: { fields: fields?.map(({ name }) => name) ?? null },
  });
}
