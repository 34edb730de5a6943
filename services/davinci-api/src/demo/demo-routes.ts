/** Decides who may set the pace of the demo's shop: editors; everybody may see it. Only where a demo runs are these routes there. */
import { requireRole } from '@rtdp/identity/roles';
import { type HttpApplication, identityOf } from '@rtdp/service/http';
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
      requireRole(identityOf(request), 'viewer');
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
      requireRole(identityOf(request), 'editor');
      await settings.setRate(request.body.actionsPerSecond);
      return { actionsPerSecond: request.body.actionsPerSecond };
    },
  );
}
