/** Decides which requests there are for widgets. */
import type { HttpApplication } from '@rtdp/service/http';
import { widgetInputSchema, widgetSchema } from '../client/widgets.ts';
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
}
