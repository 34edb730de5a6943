/** Decides which requests there are for verifications. Who may have rows compared may see what differs: editors. */
import { requireRole } from '@rtdp/identity/roles';
import { type HttpApplication, identityOf } from '@rtdp/service/http';
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { FlowService } from '../flow/flow-service.ts';
import type { StoredFlow } from '../state/flow-store.ts';
import { verificationInputSchema, verificationSchema } from '../verify/verification-shapes.ts';
import type { Verifications } from '../verify/verifications.ts';

const params = z.object({ name: z.string() });
const tags = ['flows'];
const newest = z.object({ verification: verificationSchema.nullable() });

export function verificationRoutes(
  application: HttpApplication,
  { service, verifications }: { service: FlowService; verifications: Verifications },
): void {
  const flowOf = (request: FastifyRequest): Promise<StoredFlow> => {
    const identity = identityOf(request);
    requireRole(identity, 'editor');
    return service.get(identity.organisationId, (request.params as z.output<typeof params>).name);
  };

  application.post(
    '/flows/:name/verification',
    {
      schema: {
        tags,
        summary: 'Compare source and sink by checksums while both change; the answer comes with GET',
        params,
        body: verificationInputSchema,
        response: { 202: verificationSchema },
      },
    },
    async (request, reply) => reply.status(202).send(await verifications.begin(await flowOf(request), request.body)),
  );

  application.get(
    '/flows/:name/verification',
    {
      schema: {
        tags,
        summary: 'The newest verification of a flow, running or ended; null before the first',
        params,
        response: { 200: newest },
      },
    },
    async (request) => ({ verification: await verifications.newest(await flowOf(request)) }),
  );

  application.post(
    '/flows/:name/verification/cancel',
    {
      schema: { tags, summary: 'End the verification that runs', params, response: { 200: newest } },
    },
    async (request) => {
      const flow = await flowOf(request);
      await verifications.cancel(flow);
      return { verification: await verifications.newest(flow) };
    },
  );
}
