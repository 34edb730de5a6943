/** Decides who may set the pace of the demo's shop: editors; everybody may see it. Only where a demo runs are these routes there. */
import { FIRST_ORGANISATION_ID, type Role, requireRole } from '@rtdp/identity/roles';
import { type HttpApplication, identityOf } from '@rtdp/service/http';
import { RtdpError } from '@rtdp/ums/error';
import type { FastifyRequest } from 'fastify';
import { demoRateInputSchema, demoRateSchema } from '../client/platform.ts';
import type { DemoSettings } from './demo-settings.ts';

export function demoRoutes(application: HttpApplication, { settings }: { settings: DemoSettings }): void {
  application.get(
    '/api/demo/rate',
    {
      schema: {
        tags: ['demo'],
        summary: "How many things happen in the demo's shop each second",
        response: { 200: demoRateSchema },
      },
    },
    async (request) => {
      requireDemo(request, 'viewer');
      return { actionsPerSecond: await settings.rate() };
    },
  );
  application.post(
    '/api/demo/rate',
    {
      schema: {
        tags: ['demo'],
        summary: "Sets the pace of the demo's shop; 0 stops it",
        body: demoRateInputSchema,
        response: { 200: demoRateSchema },
      },
    },
    async (request) => {
      requireDemo(request, 'editor');
      await settings.setRate(request.body.actionsPerSecond);
      return { actionsPerSecond: request.body.actionsPerSecond };
    },
  );
}

/** The shop is the first organisation's. */
function requireDemo(request: FastifyRequest, role: Role): void {
  const identity = identityOf(request);
  requireRole(identity, role);
  if (identity.organisationId === FIRST_ORGANISATION_ID) return;
  throw new RtdpError({
    code: 'DAVINCI_NOT_FOUND',
    message: 'this organisation has no demo',
    next: 'The demo belongs to the organisation that the platform began with.',
  });
}
