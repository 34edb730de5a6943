/**
 * Decides what of a console's request reaches another service: method, query, body and a token of the user. The service checks the rights as
 * well; the browser never speaks to it directly.
 */
import { Readable } from 'node:stream';
import { requireRole } from '@rtdp/identity/roles';
import { type HttpApplication, identityOf } from '@rtdp/service/http';
import { RtdpError } from '@rtdp/ums/error';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { untilGone } from '../data/until-gone.ts';
import { onBehalfOf } from '../sources/source-routes.ts';

export type ConsoleServices = Readonly<Record<'dbus' | 'wormhole' | 'moonbox', string>>;

const REQUEST_HEADERS = ['content-type', 'accept', 'accept-language'];
const ANSWER_HEADERS = ['content-type', 'content-disposition', 'cache-control'];

export function consoleRoutes(application: HttpApplication, services: ConsoleServices): void {
  application.register(async (scope) => {
    // Bodies go on as they came.
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
    for (const [service, baseUrl] of Object.entries(services)) {
      const prefix = `/api/console/${service}/`;
      scope.route({
        method: ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'],
        url: `${prefix}*`,
        schema: { tags: ['console'], summary: `Passed on to ${service} with a token of the user` },
        handler: (request, reply) => passOn(request, reply, { service, baseUrl, prefix }),
      });
    }
  });
}

async function passOn(
  request: FastifyRequest,
  reply: FastifyReply,
  { service, baseUrl, prefix }: { service: string; baseUrl: string; prefix: string },
): Promise<FastifyReply> {
  const target = targetOf(request.url, prefix, baseUrl);
  // Viewers see data through views and their rights; here they may only look at how things are, and have a password of their own.
  const isForAll = request.method === 'GET' || (service === 'moonbox' && isOfOneself(request.method, target.pathname));
  requireRole(identityOf(request), isForAll ? 'viewer' : 'editor');
  const headers = new Headers({ authorization: `Bearer ${onBehalfOf(request).token}` });
  for (const name of REQUEST_HEADERS) {
    const value = request.headers[name];
    if (typeof value === 'string') headers.set(name, value);
  }
  const gone = untilGone(reply);
  const body = Buffer.isBuffer(request.body) && request.body.length > 0 ? new Uint8Array(request.body) : null;
  let answer: Response;
  try {
    answer = await fetch(target, { method: request.method, headers, body, redirect: 'manual', signal: gone });
  } catch (cause) {
    gone.throwIfAborted();
    throw new RtdpError({
      code: 'SERVICE_UNAVAILABLE',
      message: `${service} does not answer`,
      next: 'Look at the health of the platform; it may be starting.',
      facts: { service },
      cause,
    });
  }
  reply.status(answer.status);
  for (const name of ANSWER_HEADERS) {
    const value = answer.headers.get(name);
    if (value !== null) reply.header(name, value);
  }
  // What another service shows is data here, whatever it calls it.
  reply.header('x-content-type-options', 'nosniff').header('content-security-policy', "default-src 'none'; sandbox");
  return reply.send(
    answer.body === null ? '' : Readable.fromWeb(answer.body as Parameters<typeof Readable.fromWeb>[0]),
  );
}

/** Making a password for Postgres clients, or ending it; the gateway sees to it that it is the caller's own. */
function isOfOneself(method: string, path: string): boolean {
  return method === 'POST' ? path === '/passwords' : method === 'DELETE' && /^\/passwords\/[^/]+$/.test(path);
}

/** @throws RtdpError DAVINCI_NOT_FOUND for a path that would leave the service */
function targetOf(url: string, prefix: string, baseUrl: string): URL {
  const base = new URL(baseUrl);
  const rest = url.startsWith(prefix) ? url.slice(prefix.length) : '';
  const target = new URL(`${base.origin}/${rest}`);
  if (url.startsWith(prefix) && target.origin === base.origin) return target;
  throw new RtdpError({
    code: 'DAVINCI_NOT_FOUND',
    message: 'nothing at this address',
    next: 'Write the path of the service plainly behind /api/console/SERVICE/.',
  });
}
