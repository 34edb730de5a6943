/** Starts Wormhole: options, metadata, Kafka, the flows that were asked to run, and the HTTP side. */
import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { connectBus } from '@rtdp/bus/connect';
import { securityOptions } from '@rtdp/bus/security-options';
import { FIRST_ORGANISATION_ID } from '@rtdp/identity/roles';
import { createVerifier } from '@rtdp/identity/verifier';
import { FigureRing, keepFigures } from '@rtdp/service/figure-ring';
import { createHealth } from '@rtdp/service/health';
import { createHttpServer } from '@rtdp/service/http';
import { type Lifecycle, runService } from '@rtdp/service/lifecycle';
import { createLogger } from '@rtdp/service/logging';
import { openMetadata } from '@rtdp/service/metadata';
import { createMetrics } from '@rtdp/service/metrics';
import { optionsHelp, readOptions } from '@rtdp/service/options';
import { createSecretBox } from '@rtdp/service/secrets';
import { deadLetterRoutes } from './admin/dead-letter-routes.ts';
import { figureRoutes } from './admin/figure-routes.ts';
import { flowRoutes } from './admin/flow-routes.ts';
import { readStatus } from './admin/read-status.ts';
import { traceRoutes } from './admin/trace-routes.ts';
import { verificationRoutes } from './admin/verification-routes.ts';
import { watchHealth } from './admin/watch-health.ts';
import { flowSampler } from './feedback/flow-figures.ts';
import { dbusClient, dbusPulls } from './flow/dbus-pulls.ts';
import { FlowFolder } from './flow/flow-folder.ts';
import { FlowService } from './flow/flow-service.ts';
import { topicOwners } from './flow/topic-owners.ts';
import { WORMHOLE_OPTIONS } from './options.ts';
import { assembleFlows } from './registry.ts';
import { WORMHOLE_MIGRATIONS } from './state/migrations.ts';
import { VerificationStore } from './state/verification-store.ts';
import { Verifications } from './verify/verifications.ts';

/** A source whose keys have no order that sinks share is read whole for one answer; Node's fetch waits no longer than five minutes for one. */
const COMPARE_TIMEOUT_MS = 280_000;

if (process.argv.includes('--help')) {
  process.stdout.write(optionsHelp('wormhole: UMS → SQL → sinks', WORMHOLE_OPTIONS));
} else {
  const options = readOptions(WORMHOLE_OPTIONS, process.argv.slice(2), process.env);
  const logger = createLogger('wormhole', options.logLevel);
  await runService(logger, (lifecycle) => start(lifecycle, options, logger));
}

async function start(
  lifecycle: Lifecycle,
  options: ReturnType<typeof readOptions<typeof WORMHOLE_OPTIONS>>,
  logger: ReturnType<typeof createLogger>,
): Promise<void> {
  const metrics = createMetrics();
  const health = createHealth();
  const database = await openMetadata({
    url: options.metadataUrl,
    schema: 'wormhole',
    migrations: WORMHOLE_MIGRATIONS,
  });
  lifecycle.onStop('metadata', () => database.destroy());
  const bus = connectBus({
    brokers: options.kafkaBrokers,
    clientId: 'rtdp-wormhole',
    logger,
    ...securityOptions(options.kafkaSasl, options.kafkaTls),
  });
  lifecycle.onStop('kafka', () => bus.close());
  const worker = `${hostname()}:${process.pid}:${randomUUID().slice(0, 8)}`;
  const dbus = { baseUrl: options.dbusUrl, tokenFile: options.tokenFile };
  const assembly = assembleFlows({
    bus,
    database,
    secrets: createSecretBox(options.secretKeyFile),
    logger,
    metrics,
    pullsOf: (organisationId) => dbusPulls(dbus, organisationId),
    topics: topicOwners(dbus),
    worker,
    groupPrefix: options.groupPrefix,
    engine: { threads: options.engineThreads, memoryLimit: options.engineMemory },
  });
  lifecycle.onStop('readers', () => assembly.close());
  const service = new FlowService(assembly.flows);
  lifecycle.onStop('flows', () => service.stop());
  const verifications = new Verifications({
    dbusOf: (organisationId) => dbusClient(dbus, organisationId, COMPARE_TIMEOUT_MS),
    statusOf: (organisationId, flow) => readStatus(service, assembly.flows, { organisationId, roles: [] }, flow),
    store: new VerificationStore(database),
    logger,
  });
  lifecycle.onStop('verifications', () => verifications.stop());

  const ring = new FigureRing({ database, now: Date.now, process: worker, sums: ['rowsPerSecond'] });
  let isReady = false;
  const server = await createHttpServer({
    name: 'RTDP Wormhole',
    version: '0.1.0',
    logger,
    metrics,
    health,
    verifier: createVerifier(options.identityKeys),
    ready: () => isReady,
    routes(application) {
      flowRoutes(application, { service, around: assembly.flows });
      deadLetterRoutes(application, { service, around: assembly.flows });
      verificationRoutes(application, { service, verifications });
      traceRoutes(application, { bus, now: Date.now });
      figureRoutes(application, service, ring);
    },
  });
  lifecycle.onStop('http', () => server.close());
  const port = await server.listen(options.host, options.port);
  await service.start();
  const figures = keepFigures(ring, flowSampler(service, assembly.flows), logger);
  lifecycle.onStop('figures', () => figures.stop());
  const folder =
    options.flowsFolder === ''
      ? undefined
      : new FlowFolder({
          folder: options.flowsFolder,
          service,
          organisationId: FIRST_ORGANISATION_ID,
          logger,
          environment: process.env,
        });
  watchHealth({ health, metrics: assembly.flows.metrics, service, assembly, database, folder, lifecycle });
  isReady = true;
  logger.info({ host: options.host, port }, 'wormhole is ready');
  if (folder !== undefined) {
    lifecycle.onStop('folder of flows', () => folder.stop());
    await folder.start();
  }
}
