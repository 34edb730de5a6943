/** Decides how somebody learns where Postgres clients connect to this gateway: the port as it is seen from outside. */
import type { HttpApplication } from '@rtdp/service/http';
import { identityOf } from '@rtdp/service/http';
import { wireSchema } from '../../client/access.ts';

/** @param port as clients reach it; null where the gateway takes no Postgres clients, or not yet */
export function wireRoutes(application: HttpApplication, port: () => number | null): void {
  application.get(
    '/wire',
    {
      schema: {
        tags: ['access'],
        summary: 'Where Postgres clients connect; the host is the one that this page is reached by',
        response: { 200: wireSchema },
      },
    },
    async (request) => {
      identityOf(request);
      return { port: port() };
    },
  );
}
