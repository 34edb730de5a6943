/** Decides how the dbus service is put together: the only file that knows all its parts. */
import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { connectBus } from '@rtdp/bus/connect';
import { connectRegistry } from '@rtdp/bus/registry';
import { securityOptions } from '@rtdp/bus/security-options';
import { FIRST_ORGANISATION_ID } from '@rtdp/identity/roles';
import { createVerifier } from '@rtdp/identity/verifier';
import { FigureRing, keepFigures } from '@rtdp/service/figure-ring';
import { createHealth } from '@rtdp/service/health';
import { createHttpServer } from '@rtdp/service/http';
import { type Lifecycle, runService } from '@rtdp/service/lifecycle';
import { createLogger, type Logger } from '@rtdp/service/logging';
import { openMetadata } from '@rtdp/service/metadata';
import { createMetrics } from '@rtdp/service/metrics';
import { type Options, optionsHelp, readOptions } from '@rtdp/service/options';
import { createSecretBox } from '@rtdp/service/secrets';
import packageJson from '../package.json' with { type: 'json' };
import { figureRoutes } from './admin/figure-routes.ts';
import { pullRoutes } from './admin/pull-routes.ts';
import { sourceRoutes } from './admin/source-routes.ts';
import { tableRoutes } from './admin/table-routes.ts';
import { topicRoutes } from './admin/topic-routes.ts';
import { applyDefinition } from './catalog/apply-definition.ts';
import { DBUS_MIGRATIONS } from './catalog/migrations.ts';
import { SourcesFolder } from './catalog/sources-folder.ts';
import { sourceSampler } from './health/source-figures.ts';
import { DBUS_OPTIONS } from './options.ts';
import { assembleSources } from './registry.ts';

if (process.argv.includes('--help')) {
  process.stdout.write(
    optionsHelp('dbus: reads the logs of databases and writes their changes to Kafka', DBUS_OPTIONS),
  );
  process.exit(0);
}

const logger = createLogger('dbus', process.env.RTDP_LOG_LEVEL ?? 'info');
await runService(logger, async (lifecycle) => {
  await start(readOptions(DBUS_OPTIONS, process.argv.slice(2), process.env), lifecycle, logger);
});

async function start(options: Options<typeof DBUS_OPTIONS>, lifecycle: Lifecycle, logger: Logger): Promise<void> {
  const metrics = createMetrics();
  const health = createHealth();
  const database = await openMetadata({ url: options.metadataUrl, schema: 'dbus', migrations: DBUS_MIGRATIONS });
  lifecycle.onStop('metadata', () => database.destroy());
  health.add('metadata', async () => {
    await database.raw('select 1');
    return { status: 'ok', detail: '' };
  });

  const bus = connectBus({
    brokers: options.kafkaBrokers,
    clientId: 'dbus',
    logger,
    ...securityOptions(options.kafkaSasl, options.kafkaTls),
  });
  lifecycle.onStop('bus', () => bus.close());
  health.add('kafka', async () => {
    await bus.admin().describeCluster();
    return { status: 'ok', detail: '' };
  });
  const registry = options.registryUrl === '' ? null : connectRegistry({ url: options.registryUrl });
  if (registry !== null) {
    lifecycle.onStop('registry', () => registry.close());
    health.add('registry', () => {
      const { status, lastError } = registry.health();
      // What was tried, and what came of it, stands in the log.
      const detail = 'The schema registry does not answer; JSON data goes on, and schemas are registered when it does.';
      return { status, detail: lastError === undefined ? '' : detail };
    });
  }

  const around = assembleSources({
    database,
    secrets: createSecretBox(options.secretKeyFile),
    bus,
    registry,
    logger,
    metrics,
    health,
    instance: hostname(),
  });
  const { supervisor, sources } = around;
  const ring = new FigureRing({
    database,
    now: Date.now,
    process: `${hostname()}:${process.pid}:${randomUUID().slice(0, 8)}`,
    sums: ['rowsPerSecond', 'bytesPerSecond'],
  });
  let isReady = false;
  const http = await createHttpServer({
    name: 'RTDP DBus',
    version: packageJson.version,
    logger,
    metrics,
    health,
    verifier: createVerifier(options.identityKeys),
    ready: () => isReady,
    routes(application) {
      sourceRoutes(application, around);
      tableRoutes(application, around);
      pullRoutes(application, around);
      topicRoutes(application, around, registry);
      figureRoutes(application, around, ring);
    },
  });
  lifecycle.onStop('http', () => http.close());
  const port = await http.listen(options.host, options.port);
  logger.info({ host: options.host, port }, 'dbus listens');

  // Only with the port in hand: a second service that was started by mistake must not take the sources over.
  lifecycle.onStop('sources', () => supervisor.stop());
  await supervisor.start();
  const figures = keepFigures(ring, sourceSampler(sources, supervisor, Date.now), logger);
  lifecycle.onStop('figures', () => figures.stop());

  if (options.sourcesFolder !== '') {
    const organisationId = options.organisationId === '' ? FIRST_ORGANISATION_ID : options.organisationId;
    const folder = new SourcesFolder({
      path: options.sourcesFolder,
      environment: process.env,
      logger,
      apply: async (given) => {
        const done = await applyDefinition(supervisor, sources, organisationId, given, 'file');
        if (done !== 'same') logger.info({ source: given.name, done }, 'a source file is in force');
      },
    });
    await folder.start();
    lifecycle.onStop('sources folder', () => folder.stop());
    health.add('sources folder', () => {
      const problems = folder.problems();
      return problems.length === 0 ? { status: 'ok', detail: '' } : { status: 'degraded', detail: problems.join(' ') };
    });
  }
  isReady = true;
}
