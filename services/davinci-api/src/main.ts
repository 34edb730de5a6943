/** Starts the Davinci API: options, metadata, Kafka's feedback, and the HTTP side with the web application. */
import { readFileSync } from 'node:fs';
import compress from '@fastify/compress';
import cookie from '@fastify/cookie';
import { connectBus } from '@rtdp/bus/connect';
import { securityOptions } from '@rtdp/bus/security-options';
import { FIRST_ORGANISATION_ID } from '@rtdp/identity/roles';
import { createSigner } from '@rtdp/identity/signer';
import { publicKeySet } from '@rtdp/identity/signing-key';
import { createVerifier } from '@rtdp/identity/verifier';
import { createHealth } from '@rtdp/service/health';
import { createHttpServer } from '@rtdp/service/http';
import { type Lifecycle, runService } from '@rtdp/service/lifecycle';
import { createLogger } from '@rtdp/service/logging';
import { openMetadata } from '@rtdp/service/metadata';
import { createMetrics } from '@rtdp/service/metrics';
import { optionsHelp, readOptions } from '@rtdp/service/options';
import { createSecretBox } from '@rtdp/service/secrets';
import { DAVINCI_MIGRATIONS } from './documents/migrations.ts';
import { IDENTITY_MIGRATIONS } from './identity/migrations.ts';
import { FeedbackReader } from './live/feedback-reader.ts';
import { DAVINCI_OPTIONS } from './options.ts';
import { assemble } from './registry.ts';

if (process.argv.includes('--help')) {
  process.stdout.write(optionsHelp('davinci-api: users, views, dashboards, live', DAVINCI_OPTIONS));
} else {
  const options = readOptions(DAVINCI_OPTIONS, process.argv.slice(2), process.env);
  const logger = createLogger('davinci-api', options.logLevel);
  await runService(logger, (lifecycle) => start(lifecycle, options, logger));
}

async function start(
  lifecycle: Lifecycle,
  options: ReturnType<typeof readOptions<typeof DAVINCI_OPTIONS>>,
  logger: ReturnType<typeof createLogger>,
): Promise<void> {
  const metrics = createMetrics();
  const health = createHealth();
  const { metadataUrl: url, signingKeyFile, identityKeys } = options;
  const identityDatabase = await openMetadata({
    url,
    schema: 'identity',
    migrations: IDENTITY_MIGRATIONS,
    poolSize: 4,
  });
  lifecycle.onStop('metadata of identity', () => identityDatabase.destroy());
  const database = await openMetadata({ url, schema: 'davinci', migrations: DAVINCI_MIGRATIONS });
  lifecycle.onStop('metadata', () => database.destroy());
  const bus = connectBus({
    brokers: options.kafkaBrokers,
    clientId: 'rtdp-davinci-api',
    logger,
    ...securityOptions(options.kafkaSasl, options.kafkaTls),
  });
  lifecycle.onStop('kafka', () => bus.close());

  // The reader notes into the assembly, and the assembly asks the reader whether it hears.
  const feedback = new FeedbackReader({
    bus,
    logger,
    note: (notice) => assembly.commits.note(notice),
    missed: () => assembly.commits.forget(),
  });
  const assembly = assemble({
    identityDatabase,
    database,
    secrets: createSecretBox(options.secretKeyFile),
    signer: await createSigner(signingKeyFile),
    verifier: createVerifier(identityKeys),
    keySet: () =>
      /^https?:/.test(identityKeys)
        ? publicKeySet(signingKeyFile)
        : (JSON.parse(readFileSync(identityKeys, 'utf8')) as unknown),
    logger,
    metrics,
    health,
    services: { dbus: options.dbusUrl, wormhole: options.wormholeUrl, moonbox: options.moonboxUrl },
    webFolder: options.webFolder,
    queryTimeoutMs: options.queryTimeoutMs,
    demoUrl: options.demoUrl,
    isHearing: () => feedback.health().status === 'ok',
  });
  lifecycle.onStop('sources', () => assembly.close());
  if (await assembly.users.createFirst(FIRST_ORGANISATION_ID, options.firstAdmin)) {
    logger.info({ email: options.firstAdmin }, 'made the first administrator, who signs in by a link');
  }
  health.add('metadata', async () => {
    await database.raw('select 1');
    return { status: 'ok', detail: '' };
  });
  health.add('commits', () => feedback.health());

  let isReady = false;
  const server = await createHttpServer({
    name: 'RTDP Davinci API',
    version: '0.1.0',
    logger,
    metrics,
    health,
    verifier: assembly.verifier,
    trustProxy: options.trustProxy,
    ready: () => isReady,
    async routes(application) {
      await application.register(cookie);
      await application.register(compress, { encodings: ['gzip'], threshold: 16 * 1024 });
      assembly.routes(application);
    },
  });
  lifecycle.onStop('http', () => server.close());
  lifecycle.onStop('live streams', () => assembly.endStreams());
  lifecycle.onStop('feedback', () => feedback.stop());
  void feedback.start();
  const port = await server.listen(options.host, options.port);
  isReady = true;
  lifecycle.onStop('look at the services', assembly.watchHealth());
  logger.info({ host: options.host, port }, 'davinci-api is ready');
}
