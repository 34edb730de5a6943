/** Starts Moonbox: options, metadata, the gateway with its engine, Postgres clients, and the HTTP side. */
import { dirname } from 'node:path';
import { createQueryEngine } from '@rtdp/engine/query-engine';
import { createVerifier } from '@rtdp/identity/verifier';
import { createHealth } from '@rtdp/service/health';
import { createHttpServer } from '@rtdp/service/http';
import { type Lifecycle, runService } from '@rtdp/service/lifecycle';
import { createLogger } from '@rtdp/service/logging';
import { openMetadata } from '@rtdp/service/metadata';
import { createMetrics } from '@rtdp/service/metrics';
import { optionsHelp, readOptions } from '@rtdp/service/options';
import { createSecretBox } from '@rtdp/service/secrets';
import { visibleCatalog } from './access/visible-catalog.ts';
import { watchHealth } from './admin/watch-health.ts';
import { MOONBOX_MIGRATIONS } from './catalog/migrations.ts';
import { MOONBOX_OPTIONS } from './options.ts';
import { planDefinition } from './plan/plan-definition.ts';
import { planQuery } from './plan/plan-query.ts';
import { prepareSpillFolder } from './query/spill-folder.ts';
import { assembleGateway, type Gateway } from './registry.ts';
import { openShadowCatalog } from './session/postgres-wire/shadow/shadow-catalog.ts';
import { wireTls } from './session/postgres-wire/wire-certificate.ts';
import { createWireServer } from './session/postgres-wire/wire-server.ts';
import { accessRoutes } from './session/rest/access-routes.ts';
import { catalogRoutes } from './session/rest/catalog-routes.ts';
import { mountRoutes } from './session/rest/mount-routes.ts';
import { queryRoutes } from './session/rest/query-routes.ts';
import { rememberVerified } from './session/rest/remember-verified.ts';
import { viewRoutes } from './session/rest/view-routes.ts';
import { wireRoutes } from './session/rest/wire-routes.ts';

if (process.argv.includes('--help')) {
  process.stdout.write(optionsHelp('moonbox: one SQL over many stores', MOONBOX_OPTIONS));
} else {
  const options = readOptions(MOONBOX_OPTIONS, process.argv.slice(2), process.env);
  const logger = createLogger('moonbox', options.logLevel);
  await runService(logger, (lifecycle) => start(lifecycle, options, logger));
}

type MoonboxOptions = ReturnType<typeof readOptions<typeof MOONBOX_OPTIONS>>;
type Logger = ReturnType<typeof createLogger>;

async function start(lifecycle: Lifecycle, options: MoonboxOptions, logger: Logger): Promise<void> {
  const metrics = createMetrics();
  const health = createHealth();
  const database = await openMetadata({
    url: options.metadataUrl,
    schema: 'moonbox',
    migrations: MOONBOX_MIGRATIONS,
  });
  lifecycle.onStop('metadata', () => database.destroy());
  const gateway = assembleGateway({
    database,
    secrets: createSecretBox(options.secretKeyFile),
    logger,
    metrics,
    engine: await createQueryEngine({
      threads: options.engineThreads,
      memoryLimit: options.queryMemory,
      concurrentQueries: options.slots,
      timeoutMs: options.queryTimeoutMs,
      ...prepareSpillFolder(options.spillFolder),
    }),
    planQuery,
    planDefinition,
    limits: {
      timeoutMs: options.queryTimeoutMs,
      maximumRows: options.maximumRows,
      memoryLimit: options.queryMemory,
    },
    slots: options.slots,
    maximumWaiting: options.maximumWaiting,
    refreshSeconds: options.refreshSeconds,
    auditDays: options.auditDays,
  });
  lifecycle.onStop('gateway', () => gateway.stop());
  await gateway.start();

  let isReady = false;
  let wirePort: number | null = null;
  const { queries, administration, views, running, passwords } = gateway;
  const server = await createHttpServer({
    name: 'RTDP Moonbox',
    version: '0.1.0',
    logger,
    metrics,
    health,
    verifier: rememberVerified(createVerifier(options.identityKeys), Date.now),
    ready: () => isReady,
    routes(application) {
      queryRoutes(application, { queries, administration });
      mountRoutes(application, { administration, running });
      catalogRoutes(application, { administration, views });
      viewRoutes(application, { administration, views, running, queries });
      accessRoutes(application, { administration, running, passwords });
      // Behind a container's published port or a proxy, clients come to another port than the one listened on.
      wireRoutes(application, () =>
        wirePort === null || options.wirePublicPort === 0 ? wirePort : options.wirePublicPort,
      );
    },
  });
  lifecycle.onStop('http', () => server.close());
  const port = await server.listen(options.host, options.port);
  if (options.shadowUrl !== '') wirePort = await startWire(lifecycle, options, logger, gateway, metrics);
  watchHealth({ health, database, gateway });
  isReady = true;
  logger.info({ host: options.host, port, wirePort }, 'moonbox is ready');
}

/** @returns the port that Postgres clients connect to */
async function startWire(
  lifecycle: Lifecycle,
  options: MoonboxOptions,
  logger: Logger,
  gateway: Gateway,
  metrics: ReturnType<typeof createMetrics>,
): Promise<number> {
  const catalog = visibleCatalog(gateway.access, gateway.mounting);
  const shadow = await openShadowCatalog({ url: options.shadowUrl, catalog, logger });
  lifecycle.onStop('shadow catalog', () => shadow.close());
  const wire = createWireServer({
    queries: gateway.queries,
    passwords: gateway.passwords,
    shadow,
    tls: wireTls({
      certificateFile: options.wireCertificateFile,
      keyFile: options.wireKeyFile,
      folder: options.wireTlsFolder === '' ? dirname(options.secretKeyFile) : options.wireTlsFolder,
      names: [...new Set(['localhost', '127.0.0.1', options.host])],
    }),
    plainOnLoopback: options.wirePlainOnLoopback,
    logger,
    metrics,
  });
  lifecycle.onStop('wire', () => wire.close());
  return wire.listen(options.host, options.wirePort);
}
