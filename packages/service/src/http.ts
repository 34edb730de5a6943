/** Decides what every service's HTTP side has: typed routes, OpenAPI at /docs, health, metrics, and a token checked on all the rest. */
import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import { RtdpError } from '@rtdp/ums/error';
import { type FastifyInstance, type FastifyRequest, fastify, LogController } from 'fastify';
import {
  jsonSchemaTransform,
  serializerCompiler,
  validatorCompiler,
  type ZodTypeProvider,
} from 'fastify-type-provider-zod';
import type { Health } from './health.ts';
import { retryAfter, toHttpError } from './http-errors.ts';
import { tellInputProblems } from './input-problems.ts';
import type { Logger } from './logging.ts';
import type { Metrics } from './metrics.ts';

/** Who asks, as the verifier found; `@rtdp/identity` gives such a value. */
export interface RequestIdentity {
  subject: string;
  organisationId: string;
  roles: readonly string[];
  /** By which people know the subject. */
  name?: string;
}

export interface RequestVerifier {
  /** @throws RtdpError with an IDENTITY_… code when the token is not valid. */
  verify(token: string): Promise<RequestIdentity>;
}

export type HttpApplication = ReturnType<typeof typed>;

export interface HttpServerOptions {
  name: string;
  version: string;
  logger: Logger;
  metrics: Metrics;
  health: Health;
  verifier: RequestVerifier;
  /** True once the service can do its work; /ready says 503 before. */
  ready: () => boolean;
  /** True where a proxy in front may say who the browser is (X-Forwarded-For, -Proto); default false. */
  trustProxy?: boolean;
  routes: (application: HttpApplication) => void | Promise<void>;
}

export interface HttpServer {
  readonly application: FastifyInstance;
  /** Listens and gives the port, which the system chooses when 0 is asked for. */
  listen(host: string, port: number): Promise<number>;
  close(): Promise<void>;
}

const OPEN_PATHS = new Set(['/health', '/ready', '/metrics']);

declare module 'fastify' {
  interface FastifyRequest {
    identity: RequestIdentity | null;
  }
  interface FastifyContextConfig {
    /** This route needs no token, for example one that gives a token, or a page of a web application. */
    open?: boolean;
  }
}

/** The identity of a request behind the token check. */
export function identityOf(request: FastifyRequest): RequestIdentity {
  if (request.identity === null) throw unauthenticated('the request carries no identity');
  return request.identity;
}

export async function createHttpServer(options: HttpServerOptions): Promise<HttpServer> {
  tellInputProblems();
  const application = typed(options.logger, options.trustProxy ?? false);
  application.setValidatorCompiler(validatorCompiler);
  application.setSerializerCompiler(serializerCompiler);
  application.decorateRequest('identity', null);

  const durations = options.metrics.histogram('rtdp_http_request_seconds', 'Duration of HTTP requests.', [
    'method',
    'route',
    'status',
  ]);
  application.addHook('onRequest', async (request) => {
    // Asked of the route that was found, not of the path as written, which may be spelled in several ways.
    if (request.routeOptions.config.open === true || isOpen(request)) return;
    request.identity = await options.verifier.verify(bearerToken(request));
  });
  application.addHook('onResponse', async (request, reply) => {
    const labels = {
      method: request.method,
      route: request.routeOptions.url ?? 'unknown',
      status: String(reply.statusCode),
    };
    durations.observe(labels, reply.elapsedTime / 1000);
  });
  application.setErrorHandler((error, request, reply) => {
    const { status, body, unexpected } = toHttpError(error);
    if (unexpected) options.logger.error({ err: error, route: request.url.split('?')[0] }, 'request failed');
    const seconds = retryAfter(body, status);
    if (seconds !== undefined) reply.header('retry-after', String(seconds));
    return reply.status(status).send(body);
  });
  application.setNotFoundHandler((request, reply) =>
    reply.status(404).send({
      code: 'SERVICE_NOT_FOUND',
      message: `nothing at ${request.method} ${request.url.split('?')[0]}`,
      next: 'See /docs for the routes there are.',
      facts: {},
    }),
  );

  await application.register(swagger, {
    openapi: {
      info: { title: options.name, version: options.version },
      components: { securitySchemes: { token: { type: 'http', scheme: 'bearer' } } },
      security: [{ token: [] }],
    },
    transform: jsonSchemaTransform,
  });
  await application.register(swaggerUi, { routePrefix: '/docs' });

  application.get('/health', async (_request, reply) => {
    const report = await options.health.report();
    return reply.status(report.status === 'down' ? 503 : 200).send(report);
  });
  application.get('/ready', async (_request, reply) =>
    reply.status(options.ready() ? 200 : 503).send({ ready: options.ready() }),
  );
  application.get('/metrics', async (_request, reply) =>
    reply.type(options.metrics.registry.contentType).send(await options.metrics.registry.metrics()),
  );
  await options.routes(application);

  return {
    application: application as unknown as FastifyInstance,
    async listen(host, port) {
      await application.listen({ host, port });
      const address = application.server.address();
      return typeof address === 'object' && address !== null ? address.port : port;
    },
    close: () => application.close(),
  };
}

function typed(logger: Logger, trustProxy: boolean) {
  return fastify({
    loggerInstance: logger,
    logController: new LogController({ disableRequestLogging: true }),
    forceCloseConnections: true,
    trustProxy,
    bodyLimit: 10 * 1024 * 1024,
  }).withTypeProvider<ZodTypeProvider>();
}

function isOpen(request: FastifyRequest): boolean {
  const path = request.url.split('?')[0] ?? '';
  return OPEN_PATHS.has(path) || path === '/docs' || path.startsWith('/docs/');
}

/** The token as it was sent, for a service that passes it on. @throws RtdpError SERVICE_UNAUTHENTICATED */
export function bearerToken(request: FastifyRequest): string {
  const match = /^Bearer (\S+)$/i.exec(request.headers.authorization ?? '');
  if (match?.[1] === undefined) throw unauthenticated('the request carries no token');
  return match[1];
}

function unauthenticated(message: string): RtdpError {
  return new RtdpError({
    code: 'SERVICE_UNAUTHENTICATED',
    message,
    next: 'Send the header "Authorization: Bearer TOKEN" with a token of this platform.',
  });
}
