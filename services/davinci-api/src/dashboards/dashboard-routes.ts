/** Decides which requests there are for dashboards: those of every document, and the bundle that paints one. */
import { requireRole } from '@rtdp/identity/roles';
import { type HttpApplication, identityOf } from '@rtdp/service/http';
import { z } from 'zod';
import {
  dashboardBundleSchema,
  dashboardInputSchema,
  dashboardSchema,
  dashboardSummarySchema,
} from '../client/dashboards.ts';
import { collectionRoutes } from '../documents/collection-routes.ts';
import type { DashboardService } from './dashboard-service.ts';

export function dashboardRoutes(application: HttpApplication, dashboards: DashboardService): void {
  collectionRoutes(application, {
    name: 'dashboards',
    input: dashboardInputSchema,
    item: dashboardSchema,
    listed: dashboardSummarySchema,
    collection: dashboards,
    mayRead: 'viewer',
    mayWrite: 'editor',
  });
  application.get(
    '/api/dashboards/:id/bundle',
    {
      schema: {
        tags: ['dashboards'],
        summary: 'The dashboard with its widgets and what the caller may use of their views',
        params: z.object({ id: z.uuid() }),
        querystring: z.object({
          widgets: z
            .string()
            .max(10_000)
            .optional()
            .describe(
              'Ids, with a comma between: widgets that are about to be put on it, given as if they stood there',
            ),
        }),
        response: { 200: dashboardBundleSchema },
      },
    },
    async (request) => {
      const identity = identityOf(request);
      requireRole(identity, 'viewer');
      return dashboards.bundle(identity, request.params.id, idsIn(request.query.widgets));
    },
  );
}

const wanted = z.array(z.uuid());

/** What is no id names no widget. */
export function idsIn(text = ''): string[] {
  const ids = wanted.safeParse(text.split(',').filter((id) => id !== ''));
  return ids.success ? ids.data : [];
}
