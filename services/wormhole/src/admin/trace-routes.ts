/** Decides how somebody learns where a message of a topic went. */
import type { Bus } from '@rtdp/bus/bus';
import { requireRole } from '@rtdp/identity/roles';
import { type HttpApplication, identityOf } from '@rtdp/service/http';
import { z } from 'zod';
import { traceSchema } from '../client.ts';
import { followMessage } from '../feedback/follow-message.ts';

const place = z.object({
  topic: z.string().min(1),
  partition: z.coerce.number().int().min(0),
  offset: z.string().regex(/^\d{1,18}$/),
  at: z.iso.datetime({ offset: true }).describe('Time of the message in Kafka'),
});

export function traceRoutes(application: HttpApplication, { bus, now }: { bus: Bus; now: () => number }): void {
  application.get(
    '/trace',
    {
      schema: {
        tags: ['feedback'],
        summary: 'Where a message went: the batches of flows that took it, by what they told on the feedback topic',
        querystring: place,
        response: { 200: traceSchema },
      },
    },
    async (request) => {
      const identity = identityOf(request);
      requireRole(identity, 'viewer');
      const { topic, partition, offset, at } = request.query;
      const { organisationId } = identity;
      return followMessage(
        bus,
        { organisationId, topic, partition, offset: BigInt(offset), timestamp: Date.parse(at) },
        now,
      );
    },
  );
}
