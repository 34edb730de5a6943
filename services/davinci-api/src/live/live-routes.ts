/** Decides who gets a live stream of which dashboard, and until when: as long as the token is good. */
import { requireRole } from '@rtdp/identity/roles';
import { type HttpApplication, identityOf } from '@rtdp/service/http';
import type { Logger } from '@rtdp/service/logging';
import { decodeJwt } from 'jose';
import { z } from 'zod';
import type { DashboardService } from '../dashboards/dashboard-service.ts';
import type { Accounts, SignedViewer } from '../identity/accounts.ts';
import type { TokensOfNow } from '../identity/token-of-now.ts';
import { onBehalfOf } from '../sources/source-routes.ts';
import type { DashboardPlans } from './dashboard-plan.ts';
import type { Push } from './push.ts';

export interface LiveRoutesOptions {
  push: Push;
  accounts: Accounts;
  tokens: TokensOfNow;
  plans: DashboardPlans;
  dashboards: DashboardService;
  pace: () => number;
  logger: Logger;
}

export function liveRoutes(application: HttpApplication, options: LiveRoutesOptions): void {
  const { push, accounts, tokens, plans, dashboards, pace, logger } = options;
  application.get(
    '/api/live',
    {
      schema: {
        tags: ['live'],
        summary: 'Server-sent events of a dashboard: ready, commit, stale, ping; Last-Event-ID resumes',
        querystring: z.object({ dashboard: z.uuid() }),
      },
    },
    async (request, reply) => {
      const identity = identityOf(request);
      requireRole(identity, 'viewer');
      const { generation } = identity as SignedViewer;
      const dashboardId = request.query.dashboard;
      await dashboards.get(identity, dashboardId);
      const onBehalf = onBehalfOf(request);
      const lastEventId = request.headers['last-event-id'];
      reply.hijack();
      push.open(reply.raw, (decodeJwt(onBehalf.token).exp ?? 0) * 1000, {
        organisationId: identity.organisationId,
        roles: identity.roles,
        signedIn: generation === undefined ? {} : { generation },
        dashboardId,
        onBehalf,
        lastEventId: typeof lastEventId === 'string' ? lastEventId : undefined,
        accounts,
        tokens,
        plans,
        pace,
        failed: (error) => logger.error({ err: error, dashboardId }, 'a live stream failed'),
      });
    },
  );
}
