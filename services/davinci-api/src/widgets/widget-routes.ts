/** Decides which requests there are for widgets. */
import { requireRole } from '@rtdp/identity/roles';
import { doneSchema } from '@rtdp/service/answer-shapes';
import { type HttpApplication, identityOf } from '@rtdp/service/http';
import { widgetCheckRequestSchema, widgetInputSchema, widgetSchema } from '../client/widgets.ts';
import { collectionRoutes } from '../documents/collection-routes.ts';
import type { WidgetService } from './widget-service.ts';

export function widgetRoutes(application: HttpApplication, widgets: WidgetService): void {
  collectionRoutes(application, {
    name: 'widgets',
    input: widgetInputSchema,
    item: widgetSchema,
    listed: widgetSchema,
    collection: widgets,
    mayRead: 'viewer',
    mayWrite: 'editor',
  });
  application.post(
    '/api/widgets/check',
    {
      schema: {
        tags: ['widgets'],
        summary: 'Whether a widget asks only for what its view has, before it is kept',
        body: widgetCheckRequestSchema,
        response: { 200: doneSchema },
      },
    },
    async (request) => {
      const identity = identityOf(request);
      requireRole(identity, 'editor');
      await widgets.check(identity, request.body.widget, request.body.view);
      return { done: true as const };
    },
  );
}
