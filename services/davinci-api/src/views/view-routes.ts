/** Decides which requests there are for views: editors see and change them; others meet them through dashboards. */
import type { HttpApplication } from '@rtdp/service/http';
import { viewInputSchema, viewSchema } from '../client/views.ts';
import { collectionRoutes } from '../documents/collection-routes.ts';
import type { ViewService } from './view-service.ts';

export function viewRoutes(application: HttpApplication, views: ViewService): void {
  collectionRoutes(application, {
    name: 'views',
    input: viewInputSchema,
    item: viewSchema,
    listed: viewSchema,
    collection: views,
    mayRead: 'editor',
    mayWrite: 'editor',
  });
}
