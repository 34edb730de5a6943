/** Decides how the parts of Moonbox are put together: the only place, beside `main.ts`, that constructs across folders. */
import type { QueryEngine } from '@rtdp/engine/query-contract';
import type { Logger } from '@rtdp/service/logging';
import type { Knex } from '@rtdp/service/metadata';
import type { Metrics } from '@rtdp/service/metrics';
import type { SecretBox } from '@rtdp/service/secrets';
import { GrantStore } from './access/grant-store.ts';
import { PasswordStore } from './access/password-store.ts';
import { Access } from './access/user-catalog.ts';
import { Administration } from './admin/administration.ts';
import { ViewAdministration } from './admin/view-administration.ts';
import { Catalog } from './catalog/catalog.ts';
import { ChangeWatch } from './catalog/change-watch.ts';
import { MountStore } from './catalog/mount-store.ts';
import { Mounting } from './catalog/mounting.ts';
import { Readers } from './catalog/readers.ts';
import { Refresher } from './catalog/refresher.ts';
import { ViewStore } from './catalog/view-store.ts';
import type { PlanDefinition, PlanQuery } from './plan/contract.ts';
import { Audit } from './query/audit.ts';
import { AuditCleaner } from './query/audit-cleaner.ts';
import { AuditStore } from './query/audit-store.ts';
import type { QueryService } from './query/contract.ts';
import { Planning } from './query/planning.ts';
import { createQueryMetrics, watchQueries } from './query/query-metrics.ts';
import { createQueryService, type QueryLimits } from './query/query-service.ts';
import { RunningQueries } from './query/running.ts';
import { Slots } from './query/slots.ts';
import { makeScramVerifier } from './session/postgres-wire/scram.ts';
import { createStatementReader } from './statement/read-statement.ts';

export interface GatewayOptions {
  database: Knex;
  secrets: SecretBox;
  logger: Logger;
  metrics: Metrics;
  engine: QueryEngine;
  planQuery: PlanQuery;
  planDefinition: PlanDefinition;
  limits: QueryLimits;
  /** Statements that run at once, and that may wait. */
  slots: number;
  maximumWaiting: number;
  refreshSeconds: number;
  auditDays: number;
}

export interface Gateway {
  queries: QueryService;
  administration: Administration;
  views: ViewAdministration;
  running: RunningQueries;
  passwords: PasswordStore;
  access: Access;
  catalog: Catalog;
  mounting: Mounting;
  audit: Audit;
  /** Reads what is stored, and begins to look at the stores. */
  start(): Promise<void>;
  /** Ends what runs, and writes the audit to its end. */
  stop(): Promise<void>;
}

/** A statement may read several tables of one store at once. */
const CONNECTIONS_BEYOND_SLOTS = 4;
const STOP_WITHIN_MS = 5_000;
const REFRESH_TIMEOUT_MS = 60_000;

export function assembleGateway(options: GatewayOptions): Gateway {
  const { database, logger, metrics } = options;
  const now = Date.now;
  const mountStore = new MountStore(database, options.secrets);
  const viewStore = new ViewStore(database);
  const catalog = new Catalog(mountStore, viewStore);
  const readers = new Readers(options.slots + CONNECTIONS_BEYOND_SLOTS);
  const mounting = new Mounting({
    catalog,
    store: mountStore,
    readers,
    logger,
    refreshTimeoutMs: REFRESH_TIMEOUT_MS,
    now,
  });
  const refresher = new Refresher({ catalog, mounting, intervalMs: options.refreshSeconds * 1_000, now });
  const grants = new GrantStore(database);
  const access = new Access(catalog, grants);
  const auditStore = new AuditStore(database);
  const audit = new Audit({ store: auditStore, logger, metrics });
  const cleaner = new AuditCleaner({ store: auditStore, days: options.auditDays, logger, now });
  const running = new RunningQueries(audit, createQueryMetrics(metrics));
  const slots = new Slots({ slots: options.slots, maximumWaiting: options.maximumWaiting });
  const reload = async (): Promise<void> => {
    await Promise.all([catalog.load(), grants.load()]);
    await readers.closeOthers(catalog.mounts());
  };
  const changes = new ChangeWatch({ database, reload, logger });
  watchQueries(metrics, running, slots);
  const administration = new Administration({ catalog, mountStore, mounting, grants, access, running, auditStore });
  const { planQuery, planDefinition } = options;
  const planning = new Planning({ access, mounting, planQuery, planDefinition });
  const views = new ViewAdministration({ catalog, store: viewStore, access, grants, planning, mounting });
  const queries = createQueryService({
    planning,
    running,
    slots,
    catalog,
    readers,
    engine: options.engine,
    limits: options.limits,
    readStatement: createStatementReader(administration, views),
  });
  return {
    queries,
    administration,
    views,
    running,
    passwords: new PasswordStore(database, makeScramVerifier),
    access,
    catalog,
    mounting,
    audit,
    async start() {
      await reload();
      changes.start();
      refresher.start();
      cleaner.start();
    },
    async stop() {
      cleaner.stop();
      await changes.stop();
      await refresher.stop();
      await running.stop(STOP_WITHIN_MS);
      await audit.stop();
      await options.engine.close();
      await readers.closeAll();
    },
  };
}
