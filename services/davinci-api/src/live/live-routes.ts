/** Decides who gets a live stream of which dashboard or view, and until when: as long as the token is good. */
import { requireRole } from '@rtdp/identity/roles';
import { type HttpApplication, identityOf } from '@rtdp/service/http';
import type { Logger } from '@rtdp/service/logging';
import { decodeJwt } from 'jose';
import { z } from 'zod';
import { idsIn } from '../dashboards/dashboard-routes.ts';
import type { Accounts, SignedViewer } from '../identity/accounts.ts';
import type { TokensOfNow } from '../identity/token-of-now.ts';
import { onBehalfOf } from '../sources/source-routes.ts';
import type { DashboardPlans } from './dashboard-plan.ts';
import type { LiveStreamOptions } from './live-stream.ts';
import type { Push } from './push.ts';

export interface LiveRoutesOptions {
  push: Push;
  accounts: Accounts;
  tokens: TokensOfNow;
  plans: DashboardPlans;
  pace: () => number;
  logger: Logger;
}

export function liveRoutes(application: HttpApplication, options: LiveRoutesOptions): void {
  const { push, accounts, tokens, plans, pace, logger } = options;
  application.get(
    '/api/live',
    {
      schema: {
        tags: ['live'],
        summary: 'Server-sent events of a dashboard or a view: ready, commit, stale, ping; Last-Event-ID resumes',
        querystring: z
          .strictObject({
            dashboard: z.uuid().optional(),
            widgets: z
              .string()
              .max(10_000)
              .optional()
              .describe('Ids, with a comma between: widgets that are about to be put on the dashboard'),
            view: z.uuid().optional().describe('A widget is being made of it: its commits name the view'),
          })
          .refine(({ dashboard, view }) => (dashboard === undefined) !== (view === undefined), {
            error: 'either a dashboard or a view',
          }),
      },
    },
    async (request, reply) => {
      const identity = identityOf(request);
      requireRole(identity, 'viewer');
      const { generation } = identity as SignedViewer;
      const { dashboard, widgets, view } = request.query;
      const planOf: LiveStreamOptions['planOf'] =
        view === undefined
          ? (viewer) => plans.ofDashboard(viewer, dashboard!, idsIn(widgets))
          : (viewer) => plans.ofView(viewer, view);
      await planOf(identity as SignedViewer);
      const onBehalf = onBehalfOf(request);
      const lastEventId = request.headers['last-event-id'];
      reply.hijack();
      push.open(reply.raw, (decodeJwt(onBehalf.token).exp ?? 0) * 1000, {
        organisationId: identity.organisationId,
        roles: identity.roles,
        signedIn: generation === undefined ? {} : { generation },
        planOf,
        onBehalf,
        lastEventId: typeof lastEventId === 'string' ? lastEventId : undefined,
        accounts,
        tokens,
        plans,
        pace,
        failed: (error) => logger.error({ err: error, lookedAt: view ?? dashboard }, 'a live stream failed'),
      });
    },
  );
}
