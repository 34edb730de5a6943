/** Decides how the parts of the Davinci API are put together: the only place, beside `main.ts`, that constructs across folders. */
import type { Signer } from '@rtdp/identity/signer';
import type { Verifier } from '@rtdp/identity/verifier';
import type { Health } from '@rtdp/service/health';
import type { HttpApplication } from '@rtdp/service/http';
import type { Logger } from '@rtdp/service/logging';
import type { Knex } from '@rtdp/service/metadata';
import type { Metrics } from '@rtdp/service/metrics';
import type { SecretBox } from '@rtdp/service/secrets';
import { auditRoutes } from './audit/audit-routes.ts';
import { AuditStore } from './audit/audit-store.ts';
import { type ConsoleServices, consoleRoutes } from './console/proxy.ts';
import { dashboardRoutes } from './dashboards/dashboard-routes.ts';
import { DashboardService } from './dashboards/dashboard-service.ts';
import { AskView } from './data/ask-view.ts';
import { dataRoutes } from './data/data-routes.ts';
import { QueryTogether } from './data/query-together.ts';
import { RunSql } from './data/run-sql.ts';
import { demoRoutes } from './demo/demo-routes.ts';
import { openDemoSettings } from './demo/demo-settings.ts';
import { DocumentChanges } from './documents/document-changes.ts';
import { healthRoutes, PlatformHealthCheck } from './health/platform-health.ts';
import { ViewStates, viewStateRoutes } from './health/view-states.ts';
import { Accounts, currentVerifier } from './identity/accounts.ts';
import { LoginLimits } from './identity/login-limits.ts';
import { organisationRoutes } from './identity/organisation-routes.ts';
import { OrganisationStore } from './identity/organisation-store.ts';
import { sessionRoutes } from './identity/session-routes.ts';
import { SessionStore } from './identity/session-store.ts';
import { Sessions } from './identity/sessions.ts';
import { TokensOfNow } from './identity/token-of-now.ts';
import { userRoutes } from './identity/user-routes.ts';
import { UserStore } from './identity/user-store.ts';
import { WireLogins } from './identity/wire-logins.ts';
import { CommitBook } from './live/commit-book.ts';
import { DashboardPlans } from './live/dashboard-plan.ts';
import { Lineage } from './live/lineage.ts';
import { liveRoutes } from './live/live-routes.ts';
import { Push } from './live/push.ts';
import { searchRoutes } from './search/search-routes.ts';
import { sourceRoutes } from './sources/source-routes.ts';
import { SourceService } from './sources/source-service.ts';
import { viewRoutes } from './views/view-routes.ts';
import { ViewService } from './views/view-service.ts';
import { WebFiles } from './web/web-files.ts';
import { widgetRoutes } from './widgets/widget-routes.ts';
import { WidgetService } from './widgets/widget-service.ts';

export interface AssemblyOptions {
  /** Schema `identity`. */
  identityDatabase: Knex;
  /** Schema `davinci`. */
  database: Knex;
  secrets: SecretBox;
  signer: Signer;
  verifier: Verifier;
  keySet: () => unknown;
  logger: Logger;
  metrics: Metrics;
  health: Health;
  services: ConsoleServices;
  webFolder: string;
  queryTimeoutMs: number;
  isHearing: () => boolean;
  /** The database of the demo's shop, whose pace can be set; empty or left out where there is no demo. */
  demoUrl?: string;
}

export interface Assembly {
  users: UserStore;
  commits: CommitBook;
  verifier: Verifier;
  routes(application: HttpApplication): void;
  /** Looks at the services by itself from now on; returns what ends it. */
  watchHealth(): () => void;
  /** Ends live streams, so that the HTTP side can close. */
  endStreams(): void;
  /** Ends what runs at sources. */
  close(): Promise<void>;
}

export function assemble(options: AssemblyOptions): Assembly {
  const { database, identityDatabase, logger, metrics, services } = options;
  const now = Date.now;
  const audit = new AuditStore(database);
  const users = new UserStore(identityDatabase);
  const accounts = new Accounts(users, now);
  const tokens = new TokensOfNow(options.signer, now);
  const sessionStore = new SessionStore(identityDatabase, now);
  const limits = new LoginLimits(now);
  const { moonbox: moonboxUrl } = services;
  const wireLogins = new WireLogins({ database: identityDatabase, signer: options.signer, moonboxUrl, logger });
  const sessions = new Sessions({
    users,
    accounts,
    sessions: sessionStore,
    audit,
    limits,
    wireLogins,
    signer: options.signer,
    now,
  });

  const changes = new DocumentChanges();
  const sources = new SourceService({
    database,
    audit,
    changes,
    secrets: options.secrets,
    moonboxUrl: services.moonbox,
  });
  const views = new ViewService({ database, audit, changes, now });
  const widgets = new WidgetService({ database, audit, changes, views });
  const dashboards = new DashboardService({ database, audit, changes, widgets, views, sources });

  const commits = new CommitBook(now);
  const lineage = new Lineage(now);
  const asks = new AskView({ views, sources, lineage, commits, timeoutMs: options.queryTimeoutMs, now });
  const runs = new RunSql({ sources, timeoutMs: options.queryTimeoutMs, now });
  const plans = new DashboardPlans({ dashboards, views, sources, lineage, changes, now });
  const push = new Push({ commits, changes, metrics, isHearing: options.isHearing, now });
  const states = new ViewStates({ views, widgets, dashboards, sources, lineage, now });
  const check = new PlatformHealthCheck({ own: options.health, services, now });
  const { dbus: dbusUrl, wormhole: wormholeUrl } = services;
  const demo = options.demoUrl ? openDemoSettings(options.demoUrl) : undefined;

  return {
    users,
    commits,
    verifier: currentVerifier(options.verifier, accounts, tokens),
    routes(application) {
      application.addHook('onSend', async (request, reply) => {
        if (!request.url.startsWith('/api/')) return;
        reply.header('x-content-type-options', 'nosniff');
        if (!reply.hasHeader('cache-control')) reply.header('cache-control', 'no-store');
      });
      sessionRoutes(application, { sessions, users, keySet: options.keySet });
      userRoutes(application, { users, accounts, sessions, sessionStore, audit, wireLogins });
      organisationRoutes(application, { organisations: new OrganisationStore(identityDatabase), sessions, audit });
      sourceRoutes(application, sources);
      viewRoutes(application, views);
      viewStateRoutes(application, states);
      widgetRoutes(application, widgets);
      dashboardRoutes(application, dashboards);
      dataRoutes(application, { asks, together: new QueryTogether(asks), runs, sources, now });
      liveRoutes(application, { push, accounts, tokens, plans, pace: () => asks.pace, logger });
      auditRoutes(application, { audit, users });
      healthRoutes(application, check);
      searchRoutes(application, { database, sources, moonboxUrl, dbusUrl, wormholeUrl });
      consoleRoutes(application, services);
      if (demo !== undefined) demoRoutes(application, { settings: demo });
      new WebFiles(options.webFolder).routes(application);
    },
    watchHealth: () => check.watch(),
    endStreams: () => push.close(),
    async close() {
      await Promise.all([sources.close(), demo?.close(), wireLogins.close()]);
    },
  };
}
